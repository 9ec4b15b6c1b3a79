import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Person } from "@ticketing/launcher/clients";
import { reported } from "@ticketing/launcher/suite-report";
import { startTestMesh, type TestMesh } from "../test-mesh.ts";
import { settle } from "./audit.ts";
import { trade } from "./traffic.ts";

let mesh: TestMesh;
let seller: Person;
let buyers: Person[];

beforeAll(async () => {
  const settings = { LOCK_DURATION: "10s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" };
  mesh = await startTestMesh(settings, { replicas: 2 });
  seller = await mesh.person("seller");
  buyers = await Promise.all(["a", "b", "c", "d"].map(mesh.person));
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** What a rolling update does to one replica: SIGTERM, and another process in its place. */
async function restart(name: string): Promise<void> {
  await mesh.process(name).stop();
  await mesh.process(name).start();
  // A rolling update gives a new replica a moment before it goes on (minReadySeconds).
  await sleep(1_000);
}

const services = process.env.QUICK
  ? ["orders"]
  : ["auth", "tickets", "orders", "payments", "catalog", "workflows"];

describe("a rolling restart under traffic", () => {
  it.each(services)(
    "of %s fails no call",
    async (service) => {
      await reported(`rolling restart of two replicas: ${service}`, async () => {
        const over = new AbortController();
        const trading = trade(mesh, seller, buyers, over.signal);
        const searching = (async () => {
          let calls = 0;
          for (; !over.signal.aborted; calls++) {
            await buyers[0]?.catalog.searchTickets({ filter: { query: "seat" } });
            await buyers[1]?.auth.getCurrentUser({});
            await sleep(10);
          }
          return calls;
        })();
        await sleep(500);
        for (const name of [service, `${service}-2`]) await restart(name);
        over.abort();
        const traffic = await trading;
        const searches = await searching;
        expect([...traffic.failures]).toEqual([]);
        await settle(mesh, 40_000);
        return traffic.calls + 2 * searches;
      });
    },
    120_000,
  );
});
