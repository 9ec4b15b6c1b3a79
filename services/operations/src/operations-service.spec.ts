import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OperationsService as DeprecatedOperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { ProcessHealthSchema } from "@ticketing/proto/type/internal/v1/process_health";
import type { Database } from "@ticketing/runtime/documents/database";
import type { DeadLetterDesk } from "@ticketing/runtime/events/events";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type AuditLog, createAuditLog } from "./audit-log.ts";
import { createMarketplaceStore, type MarketplaceStore } from "./marketplace-store.ts";
import { createOperationsService } from "./operations-service.ts";
import { createProcessRoster } from "./process-roster.ts";

let now = Date.UTC(2030, 0, 1);
const roster = createProcessRoster(() => new Date(now));
let database: Database;
let store: MarketplaceStore;
let auditLog: AuditLog;

/** A broker without streams: what it would say has specs of its own. */
const events = {
  consumerLag: async () => [],
  deadLetters: { count: async () => 0 } as Partial<DeadLetterDesk> as DeadLetterDesk,
};
const storage = {
  streams: async () => [
    {
      ...{ stream: "ORDERS", bytes: 7, limit: 10, firstSequence: 1, alarm: true },
      oldestEventTime: new Date(now),
    },
    { stream: "USERS", bytes: 0, firstSequence: 1, alarm: false },
  ],
};
const service = () =>
  createOperationsService({
    ...{ store, auditLog, events, storage, roster, temporalUiUrl: "http://temporal.test/x" },
    clock: () => new Date(now),
  });
const client = (roles: string[]) => {
  return clientOf(OperationsService, service(), { user: "someone", roles });
};

beforeAll(async () => {
  database = await openSpecDatabase();
  store = await createMarketplaceStore(database.db);
  auditLog = await createAuditLog(database.db);
}, 60_000);
afterAll(() => database?.close());

describe("the processes in the overview", () => {
  const hear = (service: string, instance: string, startMs: number) =>
    roster.record(
      toBinary(
        ProcessHealthSchema,
        create(ProcessHealthSchema, {
          service,
          instance,
          serving: true,
          startTime: timestampFromMs(startMs),
        }),
      ),
    );
  const seen = async () =>
    (await client(["operator"]).getOverview({})).replicas.map(({ instance, serving }) => [instance, serving]);

  it("stand by service and start, and count as serving only while they are heard", async () => {
    hear("tickets", "t2", 2_000);
    hear("tickets", "t1", 1_000);
    hear("auth", "a", 3_000);
    const all = [
      ["a", true],
      ["t1", true],
      ["t2", true],
    ];
    expect(await seen()).toEqual(all);
    now += 10_000;
    hear("tickets", "t1", 1_000);
    expect(await seen()).toEqual(all);
    now += 1;
    expect(await seen()).toEqual([
      ["a", false],
      ["t1", true],
      ["t2", false],
    ]);
    now += 300_000;
    expect(await seen()).toEqual([]);
  });
});

describe("the streams in the overview", () => {
  it("are shown with what they take and may take, their oldest event and their alarm", async () => {
    const { streams } = await client(["operator"]).getOverview({});
    expect(streams).toMatchObject([
      { stream: "ORDERS", bytes: 7n, limit: 10n, alarm: true },
      { stream: "USERS", bytes: 0n, limit: 0n, alarm: false },
    ]);
    const [orders, users] = streams.map(({ oldestEventTime }) => oldestEventTime);
    expect([orders && timestampDate(orders), users]).toEqual([new Date(now), undefined]);
  });
});

describe("the name of the release before", () => {
  it("shows its clients what they know of the same overview", async () => {
    roster.record(
      toBinary(ProcessHealthSchema, create(ProcessHealthSchema, { service: "auth", instance: "x" })),
    );
    const old = clientOf(DeprecatedOperationsService, service(), { user: "someone", roles: ["operator"] });
    const { replicas, processes } = await old.getOverview({});
    expect(replicas.map(({ instance }) => instance)).toContain("x");
    expect(processes.map(({ instance }) => instance)).toContain("x");
  });
});

describe("orders for operators", () => {
  it("come newest first, by status or all, page by page, each with its workflow", async () => {
    const statuses = [OrderStatus.COMPLETE, OrderStatus.EXPIRED, OrderStatus.COMPLETE];
    const ids = statuses.map(() => randomUUID());
    await Promise.all(
      statuses.map((status, n) =>
        store.applyOrder({ _id: ids[n] ?? "", version: 1, status, createTime: new Date(now + n) }),
      ),
    );
    const list = client(["operator"]).listOrders;
    const first = await list({ pageSize: 2 });
    expect(first.orders.map(({ orderId }) => orderId)).toEqual([ids[2], ids[1]]);
    const second = await list({ pageSize: 2, pageToken: first.nextPageToken });
    expect(second.orders.map(({ orderId }) => orderId)).toEqual([ids[0]]);
    expect(second.nextPageToken).toBe("");
    const complete = await list({ status: OrderStatus.COMPLETE });
    expect(complete.orders.map(({ orderId }) => orderId)).toEqual([ids[2], ids[0]]);
    expect(complete.orders[0]?.workflowUrl).toBe(`http://temporal.test/x/workflows/order-${ids[2]}`);
  });

  it("are for nobody else", async () => {
    for (const call of [client([]).listOrders({}), client(["seller"]).getOverview({})]) {
      expect(await call.then(() => "done", reasonOf)).toBe("ROLE_REQUIRED");
    }
  });
});
