import { afterAll, beforeAll, jest } from "@jest/globals";
import { accessMatrix } from "./access-matrix.ts";
import { startWorld, type World } from "./attacked-mesh.ts";
import { browserAttacks } from "./browser.ts";
import { exhaustion } from "./exhaustion.ts";
import { hoarding, hoardingAgain } from "./hoarding.ts";
import { hostileInput } from "./hostile-input.ts";
import { internalPorts } from "./internal-ports.ts";
import { repeats } from "./repeats.ts";
import { resourceAbuse } from "./resource-abuse.ts";
import { stateAfterAttacks } from "./state-after-attacks.ts";
import { tokenAttacks } from "./tokens.ts";
import { pageAttacks } from "./web-server-attacks.ts";
import { wrongCalls } from "./wrong-calls.ts";

// Of each test: one that hangs ends, and none fails because the machine is loaded.
jest.setTimeout(600_000);

/** One mesh, attacked in every way that we can think of; at the end it is searched for what got out. */
let shared: World;
beforeAll(async () => {
  shared = await startWorld();
});
afterAll(() => shared?.close());
const world = () => shared;

tokenAttacks(world);
accessMatrix(world);
wrongCalls(world);
internalPorts(world);
repeats(world);
browserAttacks(world);
pageAttacks(world);
hoarding(world);
hostileInput(world);
exhaustion(world);
resourceAbuse(world);
hoardingAgain(world);
stateAfterAttacks(world);
