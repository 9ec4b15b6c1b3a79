import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Client, Connection } from "@temporalio/client";
import {
  DriftKind,
  ReconciliationEventSchema,
  type ReconciliationState,
} from "@ticketing/proto/workflows/v1/reconciliation_events";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";
import { enter, type Person } from "../support/clients.ts";
import { retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";
import { driftSeeds, paidIntent } from "./seeded-drift.ts";
import { trade } from "./traffic.ts";

const EVERY_MS = 3_000;
let mesh: TestMesh;
let broker: NatsConnection;
let temporal: Connection;
let mongo: MongoClient;
let seller: Person;
let buyer: Person;
let operator: Person;

beforeAll(async () => {
  mesh = await startTestMesh({
    LOCK_DURATION: "6s",
    LOCK_LIMIT: "1000",
    LAPSE_LIMIT: "1000",
    RECONCILE_EVERY: `${EVERY_MS}ms`,
    // What is written past a service only a full pass sees.
    RECONCILE_FULL_EVERY: `${2 * EVERY_MS}ms`,
    // Longer than a lifecycle is late on a machine under load.
    RECONCILE_GRACE: "5s",
    RECONCILE_INTENT_AGE: "12s",
  });
  broker = await connect(brokerLogin(mesh.addresses.nats));
  temporal = await Connection.connect({ address: mesh.addresses.temporal });
  mongo = new MongoClient(databaseUri(mesh.addresses.mongo, "orders"));
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
  operator = await enter(mesh.addresses.gateway, account);
}, 120_000);
afterAll(async () => {
  await mongo?.close();
  await temporal?.close();
  await broker?.close();
  await mesh?.close();
}, 60_000);

/** Every report so far, oldest first. */
async function reports(): Promise<ReconciliationState[]> {
  const manager = await jetstreamManager(broker);
  const { state } = await manager.streams.info("RECONCILIATION");
  const found: ReconciliationState[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq++) {
    const message = await manager.streams.getMessage("RECONCILIATION", { seq });
    const event = message && fromBinary(ReconciliationEventSchema, message.data);
    if (event?.state) found.push(event.state);
  }
  return found;
}

const until = (ok: () => Promise<boolean>) => retry(async () => ((await ok()) ? true : undefined));

const statusAtStripe = async (id: string) => {
  const headers = { authorization: "Bearer sk_test_double" };
  const response = await fetch(`${mesh.addresses.stripe}/v1/payment_intents/${id}`, { headers });
  return ((await response.json()) as { status: string }).status;
};

describe("reconciliation", () => {
  it("finds nothing while people trade", async () => {
    await reported("reconciliation under traffic: no false alarm", async () => {
      const over = new AbortController();
      const trading = trade(mesh, seller, [buyer, await mesh.person("other")], over.signal);
      await sleep((process.env.QUICK ? 3 : 6) * EVERY_MS);
      over.abort();
      const { orders } = await trading;
      await waitUntilConsistent(mesh);
      const end = Date.now();
      const all = await retry(async () => {
        const found = await reports();
        const last = found.at(-1)?.startTime;
        return last && Number(last.seconds) * 1000 > end ? found : undefined;
      });
      expect(all.flatMap(({ drift }) => drift)).toEqual([]);
      expect(all.length).toBeGreaterThan(1);
      expect(all.reduce((sum, { compared }) => sum + Number(compared), 0)).toBeGreaterThan(orders.length);
      return orders.length;
    });
  }, 120_000);

  it("reports each kind of drift, mends what is safe to mend and leaves the rest to people", async () => {
    await reported("drift of every kind, seeded", async () => {
      // What others do on the same Stripe account is theirs, whatever it says and however it is written.
      const { order: ended } = await stories.cancellation(mesh, seller, buyer);
      const theirs: Record<string, string>[] = [
        { order_id: ended.id },
        { order_id: ended.id, mesh_id: randomUUID() },
        { order_id: "z".repeat(101) },
        {},
      ];
      const strangers = await Promise.all(theirs.map((metadata) => paidIntent(mesh, metadata)));
      const client = new Client({ connection: temporal });
      const seeds = driftSeeds({ mesh, temporal: client, mongo, seller, buyer });
      const seeded = await Promise.all(
        Object.entries(seeds).map(async ([name, seed]) => ({ name, ...(await seed()) })),
      );
      const kinds = new Set(seeded.map(({ kind }) => kind));
      const all = Object.values(DriftKind).filter((kind) => typeof kind === "number" && kind > 0);
      expect([...kinds].sort((a, b) => a - b)).toEqual(all);

      const missing = async () => {
        const seen = (await reports()).flatMap(({ drift }) => drift);
        return seeded.filter(({ kind, id, mended }) => {
          const same = seen.filter(
            (drift) =>
              drift.kind === kind &&
              [drift.orderId, drift.ticketId, drift.stripePaymentIntentId].includes(id),
          );
          return mended ? !same.some((drift) => drift.mended) : same.length === 0;
        });
      };
      let left: string[] = [];
      await until(async () => {
        left = (await missing()).map(({ name }) => name);
        return left.length === 0;
      }).catch(() => undefined);
      expect(left).toEqual([]);
      for (const { mended } of seeded) if (mended) await until(mended);

      // What was mended is gone, what was not stays on the operators' screen.
      const forPeople = seeded.filter(({ mended }) => !mended).map(({ kind }) => kind);
      await until(async () => {
        const { drift, reconciliation } = await operator.operations.getOverview({});
        const shown = new Set(reconciliation?.drift.map(({ kind }) => kind));
        return drift >= BigInt(forPeople.length) && forPeople.every((kind) => shown.has(kind));
      });
      const seen = (await reports()).flatMap(({ drift }) => drift);
      for (const id of strangers) {
        expect(seen.filter(({ stripePaymentIntentId }) => stripePaymentIntentId === id)).toEqual([]);
        expect(await statusAtStripe(id)).toBe("requires_capture");
      }
      return seeded.length;
    });
  }, 180_000);

  it("is two schedules, however many workers there are and however often they start", async () => {
    await mesh.process("workflows").stop();
    await mesh.process("workflows").start();
    const schedules = [];
    for await (const schedule of new Client({ connection: temporal }).schedule.list())
      schedules.push(schedule);
    expect(schedules.map(({ scheduleId }) => scheduleId).sort()).toEqual([
      "reconciliation",
      "reconciliation-full",
    ]);
    const before = (await reports()).length;
    await until(async () => (await reports()).length > before);
  }, 120_000);
});
