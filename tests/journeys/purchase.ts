import { randomUUID } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { serviceNames } from "@ticketing/launcher/service-names";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import { enter, type Person } from "../support/clients.ts";
import { listTicket, lockTicket, pay, refusal, searchShows, watchUntil } from "../support/people.ts";
import { eventually, stripePayments, type TestMesh } from "../support/test-mesh.ts";

/** A mesh, and two people who trade on it. */
export interface Stage {
  mesh: TestMesh;
  seller: Person;
  buyer: Person;
}

const title = () => `Night ${randomUUID().slice(0, 8)}`;

/** Signs up people in tens: passwords are hashed one after the other, and no call may wait for long. */
async function crowd(mesh: TestMesh, size: number): Promise<Person[]> {
  const people: Person[] = [];
  while (people.length < size) {
    const names = Array.from({ length: 10 }, (_, n) => `racer${people.length + n}`);
    people.push(...(await Promise.all(names.map(mesh.person))));
  }
  return people;
}

/** What must hold of purchases on a mesh of any size, as tests; `stage` is asked when they run. */
export function purchaseJourneys(
  stage: () => Stage,
  { replicas, raceRounds }: { replicas: number; raceRounds: number },
): void {
  const cast = () => {
    const { mesh, seller, buyer } = stage();
    return { alice: seller, bob: buyer, carol: buyer, stripe: mesh.addresses.stripe };
  };
  describe("a purchase", () => {
    it("takes the money once, gives the ticket to the buyer and takes it out of search", async () => {
      const { mesh, seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 12_500n);
      await searchShows(buyer, ticket, true);
      const order = await lockTicket(buyer, ticket);
      const done = await pay(cast(), buyer, order, OrderStatus.COMPLETE);
      expect(done.price?.minorUnits).toBe(12_500n);
      expect(done.timeline.map((step) => step.transition.case)).toEqual(["orderCreated", "orderCompleted"]);
      const { payment } = await buyer.payments.getPayment({ orderId: order.id });
      expect(payment?.status).toBe(PaymentStatus.CAPTURED);
      expect(await stripePayments(mesh, order.id)).toMatchObject([
        { status: "succeeded", amount: 12_500, amount_received: 12_500 },
      ]);
      const sold = await seller.tickets.getTicket({ ticketId: ticket.id });
      expect(sold.ticket?.status).toBe(TicketStatus.SOLD);
      await searchShows(buyer, ticket, false);
    }, 60_000);

    it("is seen by operators, with its workflow, beside the health of every process", async () => {
      const { mesh, seller, buyer } = stage();
      const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
      const { operations } = await enter(mesh.addresses.gateway, account);
      const order = await lockTicket(buyer, await listTicket(seller, title(), 1_000n));
      const row = await eventually(async () => {
        const { orders } = await operations.listOrders({ status: OrderStatus.AWAITING_PAYMENT });
        return orders.find(({ orderId }) => orderId === order.id);
      });
      expect(row.workflowUrl).toBe(
        `${mesh.addresses.temporalUi}/namespaces/default/workflows/order-${order.id}`,
      );
      const processes = await eventually(async () => {
        const { replicas: heard } = await operations.getOverview({});
        const reached = heard.flatMap(({ dependencies }) => dependencies).every(({ reachable }) => reachable);
        return heard.length >= serviceNames.length * replicas && reached ? heard : undefined;
      });
      expect(processes.map(({ service, serving }) => `${service} ${serving}`)).toEqual(
        serviceNames
          .toSorted()
          .flatMap((service) => Array.from({ length: replicas }, () => `${service} true`)),
      );
      await buyer.orders.cancelOrder({ orderId: order.id });
    }, 60_000);

    it("has a short history in Temporal", async () => {
      const { mesh, seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 900n);
      const order = await lockTicket(buyer, ticket);
      await pay(cast(), buyer, order, OrderStatus.COMPLETE);
      const connection = await Connection.connect({ address: mesh.addresses.temporal });
      const handle = new Client({ connection }).workflow.getHandle(`order-${order.id}`);
      await handle.result();
      const { historyLength } = await handle.describe();
      await connection.close();
      expect(historyLength).toBeLessThanOrEqual(18);
    }, 60_000);

    it("is one order and one payment however often it is asked for", async () => {
      const { mesh, seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 3_000n);
      const request = { requestId: randomUUID(), ticketId: ticket.id, expectedPrice: ticket.price };
      const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.orders.createOrder(request)));
      const ids = new Set(answers.map(({ order }) => order?.id));
      expect(ids.size).toBe(1);
      const [orderId = ""] = [...ids].map((id) => id ?? "");
      const payments = await Promise.all(
        Array.from({ length: 4 }, () => buyer.payments.startPayment({ orderId })),
      );
      expect(new Set(payments.map((payment) => payment.clientSecret)).size).toBe(1);
      const [payment] = payments;
      if (!payment) throw new Error("no payment");
      await Promise.all([1, 2].map(() => confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa")));
      await watchUntil(buyer, orderId, OrderStatus.COMPLETE, 30_000);
      expect(await stripePayments(mesh, orderId)).toMatchObject([{ amount_received: 3_000 }]);
      const other = { ...request, expectedPrice: { minorUnits: 1n, currency: "USD" } };
      expect((await refusal(buyer.orders.createOrder(other))).reason).toBe("REQUEST_ID_REUSED");
    }, 60_000);

    it("is cancelled after the last allowed decline, and the ticket is for sale again", async () => {
      const { mesh, seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 2_000n);
      const order = await lockTicket(buyer, ticket);
      const payment = await buyer.payments.startPayment({ orderId: order.id });
      for (let attempt = 1; attempt <= 3; attempt++) {
        const answer = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_chargeDeclined");
        expect(answer.ok).toBe(false);
      }
      const ended = await watchUntil(buyer, order.id, OrderStatus.CANCELLED, 30_000);
      expect(ended.cancelReason).toBe("payment_failed");
      await searchShows(buyer, ticket, true);
      expect(await stripePayments(mesh, order.id)).toMatchObject([
        { status: "canceled", amount_received: 0 },
      ]);
    }, 60_000);

    it("can be cancelled by the buyer before it is paid, and pays nothing", async () => {
      const { seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 2_000n);
      const order = await lockTicket(buyer, ticket);
      await buyer.orders.cancelOrder({ orderId: order.id });
      await watchUntil(buyer, order.id, OrderStatus.CANCELLED, 30_000);
      await searchShows(buyer, ticket, true);
      const late = await refusal(buyer.payments.startPayment({ orderId: order.id }));
      expect(late.reason).toBe("ORDER_ENDED");
    }, 60_000);

    it("is refunded once inside the window, and the ticket is for sale again", async () => {
      const { seller, buyer } = stage();
      const ticket = await listTicket(seller, title(), 5_000n);
      const order = await lockTicket(buyer, ticket);
      await pay(cast(), buyer, order, OrderStatus.COMPLETE);
      await Promise.all([1, 2, 3].map(() => buyer.orders.requestRefund({ orderId: order.id })));
      await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
      const { payment } = await buyer.payments.getPayment({ orderId: order.id });
      expect(payment?.status).toBe(PaymentStatus.REFUNDED);
      await searchShows(buyer, ticket, true);
    }, 60_000);

    it("never charges another price than the buyer expected while the seller edits", async () => {
      const { seller, buyer } = stage();
      const outcomes = new Set<string>();
      for (let round = 0; round < 20; round++) {
        const ticket = await listTicket(seller, title(), 1_000n);
        const edit = () =>
          seller.tickets.updateTicket({
            ticketId: ticket.id,
            version: ticket.version,
            price: { minorUnits: 2_000n, currency: "USD" },
          });
        const lock = () => lockTicket(buyer, ticket);
        const [edited, locked] = await Promise.allSettled(
          round % 2 ? [edit(), lock()] : [lock(), edit()].reverse(),
        );
        if (locked?.status === "fulfilled" && locked.value && "price" in locked.value) {
          expect(locked.value.price?.minorUnits).toBe(1_000n);
          expect(edited?.status).toBe("rejected");
          outcomes.add("bought");
        } else if (locked?.status === "rejected") {
          const { reason } = await refusal(Promise.reject(locked.reason));
          expect(reason).toBe("PRICE_CHANGED");
          outcomes.add("price changed");
        }
      }
      expect(outcomes.size).toBeGreaterThan(0);
    }, 60_000);

    it(`is won by exactly one of 200 buyers, ${raceRounds} times, and losers start no workflow`, async () => {
      const { mesh, seller, buyer } = stage();
      const buyers = await crowd(mesh, 200);
      const connection = await Connection.connect({ address: mesh.addresses.temporal });
      const client = new Client({ connection });
      const winners: string[] = [];
      const losers: string[] = [];
      for (let round = 0; round < raceRounds; round++) {
        const ticket = await listTicket(seller, title(), 7_000n);
        const results = await Promise.allSettled(buyers.map((racer) => lockTicket(racer, ticket)));
        const won = results.filter((result) => result.status === "fulfilled");
        expect(won).toHaveLength(1);
        winners.push(...won.map((result) => result.value.id));
        for (const result of results) {
          if (result.status === "fulfilled") continue;
          const { reason, metadata } = await refusal(Promise.reject(result.reason));
          expect(reason).toBe("TICKET_LOCKED");
          expect(Date.parse(metadata.lockedUntil ?? "")).toBeGreaterThan(Date.now());
          losers.push(reason);
        }
      }
      expect(losers).toHaveLength(raceRounds * 199);
      await eventually(async () => {
        const statuses = await Promise.all(
          winners.map((id) => client.workflow.getHandle(`order-${id}`).describe()),
        );
        return statuses.every(({ status }) => status.name === "RUNNING") || undefined;
      });
      const before = winners.length;
      const { count } = await eventually(async () => {
        const found = await client.workflow.count("ExecutionStatus = 'Running'");
        return found.count >= before ? found : undefined;
      });
      // The winners here and the few locks that the edit race above left open.
      const orders = await buyer.orders.listMyOrders({ pageSize: 100 });
      const open = orders.orders.filter((order) => order.status === OrderStatus.AWAITING_PAYMENT);
      expect(count).toBe(before + open.length);
      await connection.close();
    }, 300_000);
  });
}
