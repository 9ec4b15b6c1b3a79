import { describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { refusal } from "../support/people.ts";
import { newOrder, retry } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { eventually } from "../support/test-mesh.ts";
import { type Account, limits, type World } from "./attacked-mesh.ts";
import { call } from "./contracts.ts";

let idler: Account;

/** Somebody takes what can be taken without paying. Comes early: what is taken lapses while other attacks run. */
export function hoarding(world: () => World): void {
  describe("hoarding", () => {
    it("is bounded: parallel calls hold no more tickets than one after another", async () => {
      await reported("locks asked for at once", async () => {
        const { newcomer, list } = world();
        idler = await newcomer("idler");
        const tickets = await Promise.all(Array.from({ length: 16 }, list));
        const asked = tickets.flatMap((ticket) => [newOrder(ticket), newOrder(ticket)]);
        const answers = await Promise.allSettled(asked.map((wish) => idler.orders.createOrder(wish)));
        const held = answers.filter(({ status }) => status === "fulfilled");
        expect(held.length).toBeGreaterThan(0);
        expect(held.length).toBeLessThanOrEqual(limits.locks);
        for (const answer of answers) {
          if (answer.status === "fulfilled") continue;
          const { reason } = await refusal(Promise.reject(answer.reason));
          expect(["LOCK_LIMIT", "TICKET_LOCKED"]).toContain(reason);
        }
        // Up to the limit, none of which will be paid.
        for (const ticket of await Promise.all(Array.from({ length: limits.locks - held.length }, list)))
          await idler.orders.createOrder(newOrder(ticket));
        return asked.length;
      });
    });

    it("is not helped by one request_id for many tickets: one at most is locked", async () => {
      await reported("tickets asked for with one request_id", async () => {
        const { newcomer, list } = world();
        const reuser = await newcomer("reuser");
        const tickets = await Promise.all(Array.from({ length: 60 }, list));
        const { requestId } = newOrder(tickets[0] as Ticket);
        await Promise.allSettled(
          tickets.map((ticket) => reuser.orders.createOrder({ ...newOrder(ticket), requestId })),
        );
        const seen = await Promise.all(tickets.map(({ id }) => reuser.tickets.getTicket({ ticketId: id })));
        const locked = seen.filter(({ ticket }) => ticket?.status === TicketStatus.LOCKED);
        expect(locked.length).toBeLessThanOrEqual(1);
        return tickets.length;
      });
    });

    it("is not helped by cancelling and locking again: a rival gets the ticket, and a pause follows", async () => {
      await reported("locks cancelled", async () => {
        const { newcomer, list } = world();
        const [cheat, rival] = await Promise.all([newcomer("cheat"), newcomer("rival")]);
        const lockAndCancel = async (ticket: Ticket) => {
          const { order } = await cheat.orders.createOrder(newOrder(ticket));
          await cheat.orders.cancelOrder({ orderId: order?.id ?? "" });
        };
        const wanted = await list();
        let taken = false;
        await lockAndCancel(wanted);
        const grabbing = (async () => {
          while (!taken) await cheat.orders.createOrder(newOrder(wanted)).catch(() => undefined);
        })();
        try {
          expect((await retry(() => rival.orders.createOrder(newOrder(wanted)))).order).toBeDefined();
        } finally {
          taken = true;
          await grabbing;
        }
        let cancelled = 1;
        for (await allEnded(cheat); cancelled < 6; cancelled++) {
          await lockAndCancel(await list());
          await allEnded(cheat);
        }
        const { reason } = await refusal(cheat.orders.createOrder(newOrder(await list())));
        expect(reason).toBe("LOCK_COOLDOWN");
        return cancelled;
      });
    });
  });
}

/** Waits until none of a buyer's orders awaits payment. */
const allEnded = (buyer: Account) =>
  eventually(async () => {
    const { orders } = await buyer.orders.listMyOrders({ pageSize: 100 });
    return orders.some(({ status }) => status === OrderStatus.AWAITING_PAYMENT) ? undefined : orders;
  }, limits.lockMs + 120_000);

/** The locks that were taken have lapsed. */
export function hoardingAgain(world: () => World): void {
  describe("hoarding again", () => {
    it("has to wait: locks that were left to lapse bring a pause, also for calls at once", async () => {
      await reported("locks asked for during the pause", async () => {
        const { list, wire } = world();
        await allEnded(idler);
        const tickets = await Promise.all(Array.from({ length: 8 }, list));
        const at = wire("127.0.0.29");
        const replies = await Promise.all(
          tickets.map((ticket) => call(at, OrderService.method.createOrder, newOrder(ticket), idler.bearer)),
        );
        expect(replies.map(({ reason }) => reason)).toEqual(tickets.map(() => "LOCK_COOLDOWN"));
        return replies.length;
      });
    });
  });
}
