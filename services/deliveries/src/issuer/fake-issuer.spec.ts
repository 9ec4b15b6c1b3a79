import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Database } from "@ticketing/runtime/documents/database";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { png } from "../../testing/files.ts";
import { createFakeIssuer } from "./fake-issuer.ts";
import type { TicketIssuer } from "./ticket-issuer.ts";

let database: Database;
let issuer: TicketIssuer;

beforeAll(async () => {
  database = await openSpecDatabase();
  issuer = createFakeIssuer(database.db);
}, 60_000);
afterAll(() => database?.close());

const asked = (key: string, file = png()) => issuer.reissue({ key, file, holderId: "b" });

it("makes one ticket a key, and no other while that is good", async () => {
  expect(await issuer.find("a")).toBeUndefined();
  const [made, again] = await Promise.all([asked("a"), asked("a")]);
  expect(again).toEqual(made);
  expect(await issuer.find("a")).toEqual(made);
  await expect(asked("b")).rejects.toThrow("made out to somebody else");
  await issuer.takeBack("a");
  await issuer.takeBack("a");
  expect(await asked("a")).toHaveProperty("refused");
  const next = await asked("b");
  expect(next).toHaveProperty("file");
  expect(next).not.toEqual(made);
});

it("makes nothing under a key that was taken back before", async () => {
  await issuer.takeBack("c");
  expect(await asked("c", png(2))).toHaveProperty("refused");
  expect(await asked("d", png(2))).toHaveProperty("file");
});
