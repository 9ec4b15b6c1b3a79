import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import type { Order } from "@ticketing/orders/order";
import type { Payment } from "@ticketing/payments/payment";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { DriftKind } from "@ticketing/proto/workflows/v1/reconciliation_events";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Ticket } from "@ticketing/tickets/ticket";
import type { MongoClient, UpdateFilter } from "mongodb";
import type { Person } from "../support/clients.ts";
import { listWithRetries, lockWithRetries, retry, stories } from "../support/stories.ts";
import { stripePayments, type TestMesh } from "../support/test-mesh.ts";

/** A paid PaymentIntent with this metadata that the mesh never made. */
export async function paidIntent(
  mesh: Pick<TestMesh, "addresses">,
  metadata: Record<string, string>,
  capture: "manual" | "automatic" = "manual",
): Promise<string> {
  const body = new URLSearchParams({ amount: "4500", currency: "usd", capture_method: capture });
  for (const [key, value] of Object.entries(metadata)) body.set(`metadata[${key}]`, value);
  const response = await fetch(`${mesh.addresses.stripe}/v1/payment_intents`, {
    method: "POST",
    headers: { authorization: "Bearer sk_test_double" },
    body,
  });
  const { id, client_secret: clientSecret } = (await response.json()) as {
    id: string;
    client_secret: string;
  };
  const made = await confirmPayment(
    mesh.addresses.stripe,
    { clientSecret, publishableKey: "pk_test_double" },
    "pm_card_visa",
  );
  if (!made.ok) throw new Error("the PaymentIntent was not paid");
  return id;
}
/** As much of an earning as is tampered with. */
interface StoredEarning {
  _id: string;
  status: EarningStatus;
  updateTime: Date;
  dueTime?: Date;
  entries: object[];
}

/** What a seeded drift is reported as, under which id, and what is so once it was mended. */
export interface Seeded {
  kind: DriftKind;
  id: string;
  mended?: () => Promise<boolean>;
}

/** One drift of each kind in a mesh. Those without `mended` are for a person to look at. */
export function driftSeeds(at: {
  mesh: TestMesh;
  temporal: Client;
  mongo: MongoClient;
  seller: Person;
  buyer: Person;
}): Readonly<Record<string, () => Promise<Seeded>>> {
  const { mesh, temporal, mongo, seller, buyer } = at;

  /** Changes a document past every service, as no service would. */
  async function tamper<T extends { _id: string }>(
    database: string,
    collection: string,
    id: string,
    change: UpdateFilter<T>,
  ): Promise<void> {
    const result = await mongo
      .db(database)
      .collection<{ _id: string }>(collection)
      .updateOne(
        { _id: id },
        // The driver's types cannot see that T is what this collection holds.
        change as UpdateFilter<{ _id: string }>,
      );
    if (result.matchedCount !== 1) throw new Error(`${collection} holds no ${id}`);
  }
  const tamperOrder = (id: string, change: UpdateFilter<Order>) => tamper("orders", "orders", id, change);
  const tamperTicket = (id: string, change: UpdateFilter<Ticket>) => tamper("tickets", "tickets", id, change);
  const tamperPayment = (id: string, change: UpdateFilter<Payment>) =>
    tamper("payments", "payments", id, change);

  const bought = () => stories.purchase(mesh, seller, buyer);
  const cancelled = () => stories.cancellation(mesh, seller, buyer);
  /** Loses the order's lifecycle, which no event brings back. */
  const terminate = (orderId: string) =>
    retry(() => temporal.workflow.getHandle(`order-${orderId}`).terminate("seeded drift"));
  const ticketStatus = async (ticketId: string) =>
    (await buyer.tickets.getTicket({ ticketId })).ticket?.status ?? TicketStatus.UNSPECIFIED;
  const paymentStatus = async (orderId: string) =>
    (await buyer.payments.getPayment({ orderId })).payment?.status ?? PaymentStatus.UNSPECIFIED;

  /** By what this mesh knows its own at Stripe. */
  async function meshId(): Promise<string> {
    const mesh = await mongo.db("payments").collection<{ id: string }>("mesh").findOne();
    if (!mesh) throw new Error("payments has no mesh id");
    return mesh.id;
  }

  const intentStatus = async (orderId: string, id: string) =>
    (await stripePayments(mesh, orderId)).find((intent) => intent.id === id)?.status;

  return {
    async "an order whose lifecycle was lost, past its deadline"() {
      const order = await lockWithRetries(buyer, await listWithRetries(seller));
      await terminate(order.id);
      const mended = async () =>
        (await buyer.orders.getOrder({ orderId: order.id })).order?.status === OrderStatus.EXPIRED;
      return { kind: DriftKind.ORDER_OVERDUE, id: order.id, mended };
    },
    async "a complete order whose payment says that it was given up"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { status: PaymentStatus.VOIDED } });
      return { kind: DriftKind.ORDER_UNPAID, id: order.id };
    },
    async "a complete order whose ticket is for sale"() {
      const { order, ticket } = await bought();
      await tamperTicket(ticket.id, {
        $set: { storedStatus: TicketStatus.AVAILABLE },
        $unset: { soldOrderId: 1, soldBuyerId: 1 },
      });
      return { kind: DriftKind.ORDER_WITHOUT_TICKET, id: order.id };
    },
    async "a refund that nobody began"() {
      const { order } = await bought();
      await tamperOrder(order.id, { $set: { refundRequestedTime: new Date() } });
      const mended = async () =>
        (await buyer.orders.getOrder({ orderId: order.id })).order?.status === OrderStatus.REFUNDED;
      return { kind: DriftKind.REFUND_UNFINISHED, id: order.id, mended };
    },
    async "money held for an order that expired"() {
      const order = await lockWithRetries(buyer, await listWithRetries(seller));
      const payment = await retry(() => buyer.payments.startPayment({ orderId: order.id }));
      await terminate(order.id);
      // Before the money is held: news of it would start the lifecycle again.
      await tamperOrder(order.id, { $set: { status: OrderStatus.EXPIRED } });
      await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
      const mended = async () =>
        (await paymentStatus(order.id)) === PaymentStatus.VOIDED &&
        (await stripePayments(mesh, order.id)).every(({ status }) => status === "canceled");
      return { kind: DriftKind.MONEY_OF_ENDED_ORDER, id: order.id, mended };
    },
    async "money taken for an order that was cancelled"() {
      const { order } = await bought();
      await tamperOrder(order.id, { $set: { status: OrderStatus.CANCELLED } });
      const mended = async () => (await paymentStatus(order.id)) === PaymentStatus.REFUNDED;
      return { kind: DriftKind.MONEY_OF_ENDED_ORDER, id: order.id, mended };
    },
    async "a refund that was refused for good"() {
      const { order } = await bought();
      const refundRefusedReason = "charge_disputed";
      await tamperOrder(order.id, {
        $set: { refundRequestedTime: new Date(), refundRefusedTime: new Date(), refundRefusedReason },
      });
      return { kind: DriftKind.REFUND_REFUSED, id: order.id };
    },
    async "a refund that failed later"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { status: PaymentStatus.REFUND_FAILED } });
      await tamperOrder(order.id, { $set: { status: OrderStatus.REFUNDED } });
      return { kind: DriftKind.REFUND_FAILED, id: order.id };
    },
    async "a refund that failed later, and whose order was not told"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { status: PaymentStatus.REFUND_FAILED } });
      await tamperOrder(order.id, {
        $set: { status: OrderStatus.REFUNDED, refundRequestedTime: new Date() },
      });
      const mended = async () =>
        (await buyer.orders.getOrder({ orderId: order.id })).order?.refundRefusedReason === "refund_failed";
      return { kind: DriftKind.REFUND_UNFINISHED, id: order.id, mended };
    },
    async "a ticket sold to an order that was cancelled"() {
      const { order, ticket } = await bought();
      await tamperOrder(order.id, { $set: { status: OrderStatus.CANCELLED } });
      const mended = async () => (await ticketStatus(ticket.id)) === TicketStatus.AVAILABLE;
      return { kind: DriftKind.SALE_OF_ENDED_ORDER, id: ticket.id, mended };
    },
    async "a ticket for a cancelled event, whose buyer keeps it"() {
      const { order, ticket } = await bought();
      const hoursAgo = new Date(Date.now() - 7_200_000);
      await tamperTicket(ticket.id, { $set: { "event.cancelled": true, updateTime: hoursAgo } });
      const mended = async () =>
        (await buyer.orders.getOrder({ orderId: order.id })).order?.status === OrderStatus.REFUNDED;
      return { kind: DriftKind.ORDER_OF_CANCELLED_EVENT, id: order.id, mended };
    },
    async "a ticket locked for nobody"() {
      const ticket = await listWithRetries(seller);
      const lock = {
        orderId: randomUUID(),
        buyerId: randomUUID(),
        expireTime: new Date(Date.now() + 3_600_000),
      };
      await tamperTicket(ticket.id, { $set: { lock } });
      return { kind: DriftKind.LOCK_WITHOUT_ORDER, id: ticket.id };
    },
    async "a ticket locked for an order that was cancelled"() {
      const { order, ticket } = await cancelled();
      const lock = { orderId: order.id, buyerId: buyer.userId, expireTime: new Date(Date.now() + 3_600_000) };
      await tamperTicket(ticket.id, { $set: { lock } });
      const mended = async () => (await ticketStatus(ticket.id)) === TicketStatus.AVAILABLE;
      return { kind: DriftKind.LOCK_OF_ENDED_ORDER, id: ticket.id, mended };
    },
    async "a ticket sold to nobody"() {
      const ticket = await listWithRetries(seller);
      const sold = { storedStatus: TicketStatus.SOLD as const, soldOrderId: randomUUID() };
      await tamperTicket(ticket.id, { $set: sold });
      return { kind: DriftKind.SALE_WITHOUT_ORDER, id: ticket.id };
    },
    async "a payment for nothing"() {
      const { order } = await cancelled();
      const payments = mongo.db("payments").collection<{ _id: string }>("payments");
      const copy = await payments.findOne({ _id: order.id });
      const id = randomUUID();
      await payments.insertOne({ ...copy, _id: id });
      return { kind: DriftKind.PAYMENT_WITHOUT_ORDER, id };
    },
    async "a payment of another amount"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { "amount.minorUnits": 4_400 } });
      return { kind: DriftKind.AMOUNT_DIFFERS, id: order.id };
    },
    async "a payment that does not know that it was captured"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { status: PaymentStatus.FAILED } });
      const mended = async () => (await paymentStatus(order.id)) === PaymentStatus.CAPTURED;
      return { kind: DriftKind.PAYMENT_BEHIND_STRIPE, id: order.id, mended };
    },
    async "a PaymentIntent that no payment knows"() {
      const { order } = await cancelled();
      const id = await paidIntent(mesh, { order_id: order.id, mesh_id: await meshId() });
      const mended = async () => (await intentStatus(order.id, id)) === "canceled";
      return { kind: DriftKind.INTENT_UNKNOWN, id, mended };
    },
    async "money taken by a PaymentIntent that no payment knows"() {
      const { order } = await cancelled();
      const metadata = { order_id: order.id, mesh_id: await meshId() };
      return { kind: DriftKind.INTENT_UNKNOWN, id: await paidIntent(mesh, metadata, "automatic") };
    },
    async "a PaymentIntent of ours that names an order as none is named"() {
      const metadata = { order_id: "x".repeat(101), mesh_id: await meshId() };
      return { kind: DriftKind.RECORD_INVALID, id: await paidIntent(mesh, metadata) };
    },
    async "a ticket whose price nobody can pay"() {
      const ticket = await listWithRetries(seller);
      await tamperTicket(ticket.id, { $set: { "price.minorUnits": -4_500 } });
      return { kind: DriftKind.RECORD_INVALID, id: ticket.id };
    },
    async "an order that its contract has no words for"() {
      const { order } = await cancelled();
      await tamperOrder(order.id, { $set: { "price.minorUnits": 45.5 } });
      return { kind: DriftKind.RECORD_INVALID, id: order.id };
    },
    async "a ticket locked for an order of too long an id"() {
      const ticket = await listWithRetries(seller);
      const lock = {
        orderId: "y".repeat(101),
        buyerId: buyer.userId,
        expireTime: new Date(Date.now() + 3_600_000),
      };
      await tamperTicket(ticket.id, { $set: { lock } });
      return { kind: DriftKind.RECORD_INVALID, id: ticket.id };
    },
    async "a transfer in the books that Stripe never made"() {
      const { order } = await bought();
      const postings = { stripe: -4_000, seller: 4_000 };
      const entry = { id: `tr_${randomUUID()}`, fact: "transfer", time: new Date(), postings };
      // It is recorded a moment after the sale.
      await retry(async () => {
        await tamper<StoredEarning>("payouts", "earnings", order.id, {
          $set: { status: EarningStatus.TRANSFERRED, updateTime: new Date() },
          $push: { entries: entry },
          $unset: { dueTime: 1 },
        });
        return true;
      });
      return { kind: DriftKind.BOOKS_DIFFER, id: order.id };
    },
    async "money that Stripe has taken and no payment tells of"() {
      const metadata = { order_id: randomUUID(), mesh_id: await meshId() };
      return { kind: DriftKind.BALANCE_UNBOOKED, id: await paidIntent(mesh, metadata, "automatic") };
    },
    async "a refund of a part that Stripe never made"() {
      const { order } = await bought();
      const refund = {
        ...{ id: `re_${randomUUID()}`, amount: 100, status: "succeeded" as const },
        createTime: new Date(),
      };
      await tamperPayment(order.id, { $set: { refunds: [refund], updateTime: new Date() } });
      return { kind: DriftKind.BALANCE_MISSING, id: order.id };
    },
    async "a payment in another currency than its charge"() {
      const { order } = await bought();
      await tamperPayment(order.id, { $set: { "amount.currency": "EUR" } });
      return { kind: DriftKind.BALANCE_DIFFERS, id: order.id };
    },
    async "events that cannot be published"() {
      const { order } = await cancelled();
      const time = new Date(Date.now() - 120_000);
      await tamperOrder(order.id, {
        // No order has this transition and no subject can hold its name: the relay tries for ever.
        $push: { history: { version: 100, type: "not a subject" as "order_created", time, data: {} } },
        $set: { version: 100, updateTime: time, pending: true },
      });
      return { kind: DriftKind.EVENTS_UNPUBLISHED, id: order.id };
    },
  };
}
