import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { clearFaults } from "../support/stripe-control.ts";
import { type AfterSale, startAfterSale } from "./after-sale-stage.ts";
import { caseRounds } from "./case-rounds.ts";
import { fileRounds } from "./file-rounds.ts";
import { nettingRounds } from "./netting-rounds.ts";

/** One mesh for what happens after a sale: cases, what sellers owe, and delivered files. */
let shared: AfterSale;
beforeAll(async () => {
  shared = await startAfterSale();
}, 240_000);
afterEach(() => clearFaults(shared.mesh));
afterAll(() => shared?.mesh.close(), 60_000);
const stage = () => shared;

caseRounds(stage);
nettingRounds(stage);
fileRounds(stage);
