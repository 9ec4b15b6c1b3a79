import { afterAll, beforeAll } from "@jest/globals";
import { startTestMesh } from "../support/test-mesh.ts";
import { purchaseJourneys, type Stage } from "./purchase.ts";

let stage: Stage;

beforeAll(async () => {
  const mesh = await startTestMesh({ LOCK_LIMIT: "1000" });
  const [seller, buyer] = await Promise.all([mesh.person("seller"), mesh.person("buyer")]);
  stage = { mesh, seller, buyer };
}, 120_000);
afterAll(() => stage?.mesh.close(), 60_000);

purchaseJourneys(() => stage, { replicas: 1, raceRounds: 20 });
