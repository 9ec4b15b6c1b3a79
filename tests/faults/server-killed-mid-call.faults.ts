import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { listWithRetries, newOrder, retry } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { waitUntilConsistent } from "./audit.ts";
import { type FaultMesh, startFaultMesh } from "./fault-mesh.ts";

const LOCK_MS = 3_000;
const DOWN_MS = LOCK_MS + 1_000;
/** The deadline of a unary call is 10 s; the rest is for a machine under load. */
const BOUND_MS = 13_000;
let mesh: FaultMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  const settings = { LOCK_DURATION: `${LOCK_MS}ms`, LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" };
  mesh = await startFaultMesh(settings, DOWN_MS);
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** Which server is killed, during which step of which process. */
const kills: [server: string, process: string, place: string][] = [
  ["nats", "orders", "publish order_created:before"],
  ["mongo", "tickets", "write tickets.replaceOne:before"],
  ["nats", "tickets", "publish ticket_sold:before"],
  ["nats", "payments", "publish payment_authorized:after"],
  ["mongo", "tickets", "write tickets.replaceOne:after"],
  ["mongo", "orders", "write orders.insertOne:before"],
  ["mongo", "orders", "write orders.insertOne:after"],
  ["mongo", "payments", "write payments.replaceOne:before"],
  ["mongo", "payments", "write payments.replaceOne:after"],
  ["mongo", "operations", "write orders.bulkWrite:before"],
  ["temporal", "workflows", "call ReadOrder:after"],
  ["temporal", "workflows", "call SellTicket:after"],
  ["temporal", "workflows", "call CapturePayment:after"],
  ["stripe", "payments", "stripe POST /v1/payment_intents:before"],
  ["stripe", "payments", "stripe POST /v1/payment_intents/ID/capture:after"],
  ["envoy", "orders", "write orders.insertOne:after"],
  ["envoy", "payments", "stripe POST /v1/payment_intents:after"],
];

/** How long the slowest call took. */
let slowestMs = 0;
async function timed<T>(call: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  try {
    return await call();
  } finally {
    slowestMs = Math.max(slowestMs, Date.now() - begun);
  }
}

/** A buyer who retries while the ticket is for sale, pays once, and waits until the order has ended. */
async function tryToBuy(armed: () => void): Promise<void> {
  const ticket = await listWithRetries(seller);
  const request = newOrder(ticket);
  armed();
  const order = await retry(async () => {
    try {
      return (await timed(() => buyer.orders.createOrder(request))).order;
    } catch (error) {
      if (reasonOf(error) === "LOCK_LAPSED") return null;
      throw error;
    }
  });
  if (!order) return;
  const payment = await timed(() => buyer.payments.startPayment({ orderId: order.id })).catch(
    () => undefined,
  );
  if (payment) {
    await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa").catch(() => undefined);
  }
  await retry(async () => {
    const { order: now } = await timed(() => buyer.orders.getOrder({ orderId: order.id }));
    return now?.status === OrderStatus.AWAITING_PAYMENT ? undefined : true;
  });
}

describe("a server that dies amid what is asked of it, and stays down past the lock's deadline", () => {
  it("costs no more than time", async () => {
    await reported("server killed mid-publish, mid-write, mid-workflow, mid-call", async () => {
      const chosen = process.env.QUICK ? kills.slice(0, 2) : kills;
      for (const [server, asking, place] of chosen) {
        try {
          await tryToBuy(() => mesh.armAgainst(server, asking, place));
        } catch (error) {
          throw new Error(`${server} killed at ${place} of ${asking}`, { cause: error });
        }
        expect(
          `${server} at ${place} ${(await mesh.died(asking)) ? "was killed" : "was never reached"}`,
        ).toBe(`${server} at ${place} was killed`);
        // The next one needs all of them again.
        await mesh.serves(server);
      }
      expect(slowestMs).toBeLessThan(BOUND_MS);
      await waitUntilConsistent(mesh, 60_000);
      return chosen.length;
    });
  }, 900_000);
});

describe("a gateway that dies amid live views", () => {
  it("ends each of them with a clear error, and whoever looks again sees what is so by then", async () => {
    await reported("gateway killed mid-stream", async () => {
      const ticket = await listWithRetries(seller);
      const { order } = await buyer.orders.createOrder(newOrder(ticket));
      if (!order) throw new Error("there is no order");
      const views = [
        buyer.orders.watchOrder({ orderId: order.id }),
        buyer.catalog.watchTickets({ ticketIds: [ticket.id] }),
      ].map((stream) => stream[Symbol.asyncIterator]());
      for (const view of views) expect((await view.next()).done).toBeFalsy();

      await mesh.process("envoy").kill();
      const ends = await Promise.all(
        views.map(async (view) => {
          try {
            while (!(await view.next()).done);
            return "ended without a word";
          } catch (error) {
            return Code[ConnectError.from(error).code];
          }
        }),
      );
      for (const end of ends) expect(["Unavailable", "Aborted", "Internal", "Unknown"]).toContain(end);
      await sleep(DOWN_MS);
      await mesh.process("envoy").start();

      await retry(async () => {
        for await (const { order: now } of buyer.orders.watchOrder({ orderId: order.id })) {
          if (now?.status === OrderStatus.EXPIRED) return true;
        }
        return undefined;
      });
      await retry(async () => {
        for await (const { ticket: now } of buyer.catalog.watchTickets({ ticketIds: [ticket.id] })) {
          if (now?.ticket?.status === TicketStatus.AVAILABLE) return true;
        }
        return undefined;
      });
      await waitUntilConsistent(mesh);
      return views.length;
    });
  }, 120_000);
});
