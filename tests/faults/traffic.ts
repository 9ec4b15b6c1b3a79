import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Person } from "../support/clients.ts";
import { newListing, newOrder } from "../support/stories.ts";
import type { TestMesh } from "../support/test-mesh.ts";

/** What a client saw of the mesh. */
export interface Traffic {
  calls: number;
  /** Of the slowest call. */
  slowestMs: number;
  /** How many calls failed, by code and message. */
  failures: Map<string, number>;
  /** Ids of the tickets and orders that were acknowledged. */
  tickets: string[];
  orders: string[];
}

/** Codes that tell a client what to do next. */
const CLEAR = [
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  Code.Aborted,
  Code.FailedPrecondition,
];

/** What a client's own network says when there is nobody at the other end. */
const UNREACHABLE = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up/;

/**
 * Buyers who trade until `until` aborts: list, lock, and every other one pays. No call is repeated and none is kept
 * from failing; an unclear failure is kept in `failures` under its code.
 */
export async function trade(
  mesh: TestMesh,
  seller: Person,
  buyers: readonly Person[],
  until: AbortSignal,
): Promise<Traffic> {
  const seen: Traffic = { calls: 0, slowestMs: 0, failures: new Map(), tickets: [], orders: [] };

  async function call<T>(work: () => Promise<T>): Promise<T | undefined> {
    const begun = Date.now();
    seen.calls++;
    try {
      return await work();
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      const clear = CLEAR.includes(code) || UNREACHABLE.test(rawMessage);
      const name = `${clear ? "" : "unclear: "}${Code[code]} ${rawMessage}`;
      seen.failures.set(name, (seen.failures.get(name) ?? 0) + 1);
      await sleep(100);
      return undefined;
    } finally {
      seen.slowestMs = Math.max(seen.slowestMs, Date.now() - begun);
    }
  }

  async function pay(buyer: Person, order: Order): Promise<void> {
    const payment = await call(() => buyer.payments.startPayment({ orderId: order.id }));
    if (!payment) return;
    // Stripe is somebody else's: that it cannot be reached is not ours to judge here.
    await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa").catch(() => undefined);
  }

  const one = async (buyer: Person) => {
    for (let round = 0; !until.aborted; round++) {
      const listed = await call(() => seller.tickets.createTicket(newListing()));
      if (!listed?.ticket) continue;
      const { ticket } = listed;
      seen.tickets.push(ticket.id);
      const created = await call(() => buyer.orders.createOrder(newOrder(ticket)));
      if (!created?.order) continue;
      seen.orders.push(created.order.id);
      if (round % 2 === 0) await pay(buyer, created.order);
    }
  };
  await Promise.all(buyers.map(one));
  return seen;
}

/** The failures with other codes. */
export const unclear = ({ failures }: Traffic): string[] =>
  [...failures.keys()].filter((name) => name.startsWith("unclear"));
