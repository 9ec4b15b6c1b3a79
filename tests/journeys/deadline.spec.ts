import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { expiry, listTicket, lockTicket, pay, refusal, watchUntil } from "../support/people.ts";
import { eventually, startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";

const LOCK_MS = 6_000;
let mesh: TestMesh;
let seller: Person;
let first: Person;
let second: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: `${LOCK_MS}ms`, LAPSE_LIMIT: "1000" });
  [seller, first, second] = (await Promise.all(["seller", "first", "second"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

const list = () => listTicket(seller, `Deadline ${randomUUID().slice(0, 8)}`, 4_000n);
const forSale = async (ticket: Ticket) => {
  const { tickets } = await second.catalog.searchTickets({
    filter: { query: ticket.title, onlyAvailable: true },
  });
  return tickets.some((found) => found.ticket?.id === ticket.id);
};

describe("a lock at its deadline", () => {
  it("ends by itself: order expired, intent cancelled, ticket in search within 2 s and never before", async () => {
    const ticket = await list();
    await eventually(async () => (await forSale(ticket)) || undefined);
    const order = await lockTicket(first, ticket);
    await first.payments.startPayment({ orderId: order.id });
    await eventually(async () => !(await forSale(ticket)) || undefined);
    const deadline = expiry(order).getTime();
    let seen = 0;
    while (!seen && Date.now() < deadline + 5_000) {
      const asked = Date.now();
      if (await forSale(ticket)) seen = asked;
      await sleep(50);
    }
    expect(seen).toBeGreaterThanOrEqual(deadline - 100);
    expect(seen).toBeLessThan(deadline + 2_000);
    await watchUntil(first, order.id, OrderStatus.EXPIRED, 10_000);
    expect(await stripePayments(mesh, order.id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
  }, 60_000);

  it("frees the ticket for the next buyer although the worker is down, and then harms nobody", async () => {
    const ticket = await list();
    const order = await lockTicket(first, ticket);
    await mesh.process("workflows").kill();
    expect((await refusal(lockTicket(second, ticket))).reason).toBe("TICKET_LOCKED");
    await sleep(expiry(order).getTime() - Date.now() + 200);
    const next = await lockTicket(second, ticket);
    await mesh.process("workflows").start();
    await watchUntil(first, order.id, OrderStatus.EXPIRED, 30_000);
    // The first order's end did not touch what the second holds, or what it became when its own time was over.
    const after = await second.orders.getOrder({ orderId: next.id });
    expect(after.order?.cancelReason).toBe("");
  }, 90_000);

  it("gives no money for a payment that the bank approves too late", async () => {
    const ticket = await list();
    const order = await lockTicket(first, ticket);
    const payment = await first.payments.startPayment({ orderId: order.id });
    await mesh.process("workflows").kill();
    await sleep(expiry(order).getTime() - Date.now() + 1_500);
    await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
    await mesh.process("workflows").start();
    await watchUntil(first, order.id, OrderStatus.EXPIRED, 30_000);
    expect(await stripePayments(mesh, order.id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
  }, 90_000);

  it("still sells to a buyer who paid in time when the decision comes late and nobody took the ticket", async () => {
    const ticket = await list();
    const order = await lockTicket(first, ticket);
    const payment = await first.payments.startPayment({ orderId: order.id });
    await mesh.process("workflows").kill();
    await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
    await sleep(expiry(order).getTime() - Date.now() + 500);
    await mesh.process("workflows").start();
    await watchUntil(first, order.id, OrderStatus.COMPLETE, 30_000);
  }, 90_000);

  it("refunds a buyer who paid in time when another order has the ticket by then", async () => {
    const ticket = await list();
    const order = await lockTicket(first, ticket);
    const payment = await first.payments.startPayment({ orderId: order.id });
    await mesh.process("workflows").kill();
    await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
    await sleep(expiry(order).getTime() - Date.now() + 200);
    const next = await lockTicket(second, ticket);
    const paid = await second.payments.startPayment({ orderId: next.id });
    await confirmPayment(mesh.addresses.stripe, paid, "pm_card_visa");
    await mesh.process("workflows").start();
    await watchUntil(first, order.id, OrderStatus.EXPIRED, 30_000);
    await watchUntil(second, next.id, OrderStatus.COMPLETE, 30_000);
    expect(await stripePayments(mesh, order.id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
    expect(await stripePayments(mesh, next.id)).toMatchObject([{ amount_received: 4_000 }]);
  }, 90_000);

  it("lets a buyer who cancels after the sale keep the paid ticket", async () => {
    const ticket = await list();
    const order = await lockTicket(first, ticket);
    const cast = { alice: seller, bob: first, carol: second, stripe: mesh.addresses.stripe };
    await pay(cast, first, order, OrderStatus.COMPLETE);
    const { reason, metadata } = await refusal(first.orders.cancelOrder({ orderId: order.id }));
    expect(reason).toBe("ORDER_ENDED");
    expect(metadata.status).toBe("COMPLETE");
  }, 60_000);
});
