import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serviceNames } from "@ticketing/launcher/service-names";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { listTicket } from "../support/people.ts";
import { eventually, startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";

let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_LIMIT: "100" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** Until it works: what a patient client does while something is away. */
const retry = <T>(work: () => Promise<T>) => eventually(work, 40_000);

describe("a purchase ends by the rules although this process is killed in the middle of it", () => {
  for (const name of [...serviceNames, "nats", "temporal", "mongo", "envoy"]) {
    it(name, async () => {
      const ticket = await retry(() => listTicket(seller, `Crash ${randomUUID().slice(0, 8)}`, 1_900n));
      const request = { requestId: randomUUID(), ticketId: ticket.id, expectedPrice: ticket.price };
      const { order } = await retry(() => buyer.orders.createOrder(request));
      if (!order) throw new Error("no order");
      const payment = await retry(() => buyer.payments.startPayment({ orderId: order.id }));
      const victim = mesh.process(name);
      const [paid] = await Promise.all([
        confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa"),
        victim.kill(),
      ]);
      expect(paid.ok).toBe(true);
      await victim.start();
      await retry(async () => {
        const read = await buyer.orders.getOrder({ orderId: order.id });
        return read.order?.status === OrderStatus.COMPLETE || undefined;
      });
      expect(await stripePayments(mesh, order.id)).toMatchObject([{ amount_received: 1_900 }]);
    }, 90_000);
  }
});
