import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Person } from "../support/clients.ts";
import { retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";
import { trade, unclear } from "./traffic.ts";

const LOCK_MS = 4_000;
/** The deadline of a unary call is 10 s; the rest is for a machine under load. */
const BOUND_MS = 13_000;
let mesh: TestMesh;
let seller: Person;
let buyers: Person[];

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: `${LOCK_MS}ms`,
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    ACCESS_TOKEN_LIFETIME: "1h",
  });
  seller = await mesh.person("seller");
  buyers = await Promise.all(["a", "b", "c", "d"].map(mesh.person));
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

const servers = process.env.QUICK ? ["nats"] : ["nats", "temporal", "mongo", "envoy", "stripe"];

describe("a server killed under traffic, and down past the deadline of every lock", () => {
  it.each(servers)(
    "%s: calls end in time with a clear error, nothing acknowledged is lost, all converges",
    async (name) => {
      await reported(`server killed under traffic: ${name}`, async () => {
        const over = new AbortController();
        const trading = trade(mesh, seller, buyers, over.signal);
        await sleep(1_500);
        await mesh.process(name).kill();
        await sleep(LOCK_MS + 2_000);
        await mesh.process(name).start();
        await sleep(1_500);
        over.abort();
        const traffic = await trading;

        expect(unclear(traffic)).toEqual([]);
        expect(traffic.slowestMs).toBeLessThan(BOUND_MS);
        expect(traffic.orders.length).toBeGreaterThan(0);
        // Started again for the tests that follow, before the records are checked.
        await retry(() => stories.purchase(mesh, seller, buyers[0] as Person));
        const records = await waitUntilConsistent(mesh, 60_000);
        const [tickets, orders] = [records.tickets, records.orders].map(
          (rows) => new Set(rows.map(({ _id }) => _id)),
        );
        expect(traffic.tickets.filter((id) => !tickets?.has(id))).toEqual([]);
        expect(traffic.orders.filter((id) => !orders?.has(id))).toEqual([]);
        return traffic.calls;
      });
    },
    180_000,
  );
});
