import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Database } from "@ticketing/runtime/documents/database";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { addEvidence, caseIdOf, decide } from "./case.ts";
import { type CaseStore, caseAggregate } from "./case-aggregate.ts";
import { onDeliveryEvent } from "./follow-deliveries.ts";

const { OVERDUE, DELIVERED, CONFIRMED, AWAITING_SELLER, CANCELLED } = DeliveryStatus;
const clock = () => new Date(Date.UTC(2030, 0, 1));
let database: Database;
let cases: CaseStore;
let hear: ReturnType<typeof onDeliveryEvent>;
/** What the services answer. */
let now: { order: OrderStatus; delivery: DeliveryStatus };

beforeAll(async () => {
  database = await openSpecDatabase();
  cases = await caseAggregate.store(database.db);
  const price = { minorUnits: 5_000n, currency: "EUR" };
  const orders = clientOf(
    OrderLifecycleService,
    {
      readOrder: ({ orderId: id }) => ({
        order: { id, buyerId: "b", sellerId: "s", status: now.order, price, ticket: { title: "Jazz" } },
      }),
    },
    { service: "cases" },
  );
  const deliveries = clientOf(
    DeliveryLifecycleService,
    { readDelivery: () => ({ delivery: { status: now.delivery } }) },
    { service: "cases" },
  );
  hear = onDeliveryEvent({ cases, sources: { orders, deliveries }, clock });
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  now = { order: OrderStatus.COMPLETE, delivery: OVERDUE };
});

const told = (id: string, status: DeliveryStatus) =>
  hear({
    subject: `evt.deliveries.v1.delivery_overdue.${id}`,
    payload: toBinary(
      DeliveryEventSchema,
      create(DeliveryEventSchema, { id, version: 2n, state: { id, status } }),
    ),
  });
const caseOf = (orderId: string) => cases.find(caseIdOf(orderId, CaseKind.NOT_DELIVERED));

it("a delivery that is overdue opens one case, however often it is told", async () => {
  const orderId = randomUUID();
  await told(orderId, OVERDUE);
  await told(orderId, OVERDUE);
  expect(await caseOf(orderId)).toMatchObject({
    ...{ orderId, buyerId: "b", sellerId: "s", title: "Jazz", version: 1 },
    ...{ kind: CaseKind.NOT_DELIVERED, status: CaseStatus.OPEN, evidence: [] },
  });
});

it.each([
  ["the seller has delivered meanwhile", OVERDUE, { order: OrderStatus.COMPLETE, delivery: DELIVERED }],
  ["the money went back meanwhile", OVERDUE, { order: OrderStatus.REFUNDED, delivery: OVERDUE }],
  ["it still has time", AWAITING_SELLER, { order: OrderStatus.COMPLETE, delivery: AWAITING_SELLER }],
  ["it has ended", CANCELLED, { order: OrderStatus.REFUNDED, delivery: CANCELLED }],
])("a delivery opens none where %s", async (_, status, facts) => {
  now = facts;
  const orderId = randomUUID();
  await told(orderId, status);
  expect(await caseOf(orderId)).toBeNull();
});

it("a ticket that its buyer confirms settles that it did not come, and no decision of an operator", async () => {
  const open = randomUUID();
  await told(open, OVERDUE);
  const id = caseIdOf(open, CaseKind.NOT_DELIVERED);
  await cases.update(id, (current) => addEvidence(current, "b", "Where is it?", clock()));
  await told(open, DELIVERED);
  expect((await cases.get(id)).status).toBe(CaseStatus.OPEN);
  await told(open, CONFIRMED);
  const settled = await cases.get(id);
  expect(settled).toMatchObject({ status: CaseStatus.DECIDED, decision: { ruling: CaseRuling.REJECT } });
  expect(settled.decision?.operatorId).toBeUndefined();
  await told(open, CONFIRMED);
  expect((await cases.get(id)).version).toBe(settled.version);

  const ruled = randomUUID();
  await told(ruled, OVERDUE);
  const verdict = { operatorId: "op", ruling: CaseRuling.REFUND, reason: "It is late" };
  await cases.update(caseIdOf(ruled, CaseKind.NOT_DELIVERED), (current) =>
    decide(current, verdict, { alone: true }, clock()),
  );
  await told(ruled, CONFIRMED);
  expect((await caseOf(ruled))?.decision?.ruling).toBe(CaseRuling.REFUND);

  const never = randomUUID();
  await told(never, CONFIRMED);
  expect(await caseOf(never)).toBeNull();
});
