import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { expiry } from "../support/people.ts";
import { listWithRetries, lockWithRetries, retry, waitForEnd } from "../support/stories.ts";
import { clearFaults, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";

/** When the bank says yes, from the deadline. */
const OFFSETS = process.env.QUICK ? [-1_000, 1_000] : [-1_000, 0, 1_000];
let mesh: TestMesh;
let seller: Person;
let first: Person;
let second: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: "4s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" });
  [seller, first, second] = (await Promise.all(["seller", "first", "second"].map(mesh.person))) as [
    Person,
    Person,
    Person,
  ];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

interface Intent {
  latest_charge: string | null;
  metadata: { order_id?: string };
}

/** Whether the charge that holds the order's money was created by the deadline, by Stripe's own clock in seconds. */
async function inTime(order: Order): Promise<boolean> {
  const response = await fetch(`${mesh.addresses.stripe}/control/state`);
  const state = (await response.json()) as {
    payment_intents: Intent[];
    charges: { id: string; created: number }[];
  };
  const intent = state.payment_intents.find(({ metadata }) => metadata.order_id === order.id);
  const charge = state.charges.find(({ id }) => id === intent?.latest_charge);
  if (!charge) throw new Error("nothing was authorised");
  return charge.created * 1000 <= expiry(order).getTime();
}

/** An order authorised so long after its deadline, with nobody there to decide. */
async function authorised(offset: number): Promise<Order> {
  const order = await lockWithRetries(first, await listWithRetries(seller));
  const payment = await first.payments.startPayment({ orderId: order.id });
  await sleep(Math.max(expiry(order).getTime() + offset - Date.now(), 0));
  const { ok } = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
  if (!ok) throw new Error("the card was declined");
  return order;
}

const { AVAILABLE, LOCKED, SOLD } = TicketStatus;
const { COMPLETE, CANCELLED, EXPIRED, REFUNDED } = OrderStatus;

/** What else is so when the lifecycle comes to decide, and what the table says of it then. */
interface Row {
  before?: (order: Order) => Promise<unknown>;
  /** A fault of Stripe's captures while it decides. */
  captures?: { kind: string; count: number };
  after?: (order: Order) => Promise<unknown>;
  onTime: [OrderStatus, TicketStatus];
  late: [OrderStatus, TicketStatus];
}

const rows: Record<string, Row> = {
  "nobody else took the ticket": { onTime: [COMPLETE, SOLD], late: [EXPIRED, AVAILABLE] },
  "another order holds the ticket": {
    async before(order) {
      await sleep(Math.max(expiry(order).getTime() + 100 - Date.now(), 0));
      const { ticket } = await second.tickets.getTicket({ ticketId: order.ticketId });
      if (ticket) await lockWithRetries(second, ticket);
    },
    onTime: [EXPIRED, LOCKED],
    late: [EXPIRED, LOCKED],
  },
  "its buyer wants to cancel": {
    before: (order) => first.orders.cancelOrder({ orderId: order.id }),
    onTime: [CANCELLED, AVAILABLE],
    late: [CANCELLED, AVAILABLE],
  },
  "the capture is refused for good": {
    captures: { kind: "refuse", count: 100 },
    onTime: [CANCELLED, AVAILABLE],
    late: [EXPIRED, AVAILABLE],
  },
  "the captures' answers are lost": {
    captures: { kind: "drop_response", count: 100 },
    onTime: [COMPLETE, SOLD],
    late: [EXPIRED, AVAILABLE],
  },
  "the captures do not arrive at first": {
    captures: { kind: "drop_request", count: 4 },
    onTime: [COMPLETE, SOLD],
    late: [EXPIRED, AVAILABLE],
  },
  "its money is asked back": {
    async after(order) {
      if (!(await inTime(order))) return;
      await waitForEnd(first, order, COMPLETE);
      await first.orders.requestRefund({ orderId: order.id });
    },
    onTime: [REFUNDED, AVAILABLE],
    late: [EXPIRED, AVAILABLE],
  },
};

const chosen = Object.entries(rows).filter(([name]) => !process.env.QUICK || name.startsWith("another"));

describe.each(chosen)("money held around the deadline, decided later, when %s", (name, row) => {
  it("is the ticket's price when it was held in time, and goes back when it was not", async () => {
    await reported(`authorised 1 s before, at, 1 s after the deadline: ${name}`, async () => {
      await mesh.process("workflows").kill();
      const orders = await Promise.all(
        OFFSETS.map(async (offset) => {
          const order = await authorised(offset);
          await row.before?.(order);
          return order;
        }),
      );
      if (row.captures) await injectFault(mesh, { operation: "payment_intents.capture", ...row.captures });
      await mesh.process("workflows").start();
      let times = 0;
      for (const order of orders) {
        await row.after?.(order);
        const [status, ticketStatus] = (await inTime(order)) ? row.onTime : row.late;
        await waitForEnd(first, order, status);
        // The other order's lock has its own deadline, and may be over by now.
        const allowed = ticketStatus === LOCKED ? [LOCKED, AVAILABLE] : [ticketStatus];
        const { ticket } = await first.tickets.getTicket({ ticketId: order.ticketId });
        expect(allowed).toContain(ticket?.status);
        times++;
      }
      expect(await inTime(orders[0] as Order)).toBe(true);
      expect(await inTime(orders.at(-1) as Order)).toBe(false);
      await clearFaults(mesh);
      await retry(() => waitUntilConsistent(mesh));
      return times;
    });
  }, 120_000);
});
