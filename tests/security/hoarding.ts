import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { refusal } from "@ticketing/launcher/demo-cast";
import { reported } from "@ticketing/launcher/suite-report";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { newOrder } from "../faults/stories.ts";
import { call } from "./contracts.ts";
import { type Account, limits, type World } from "./world.ts";

let idler: Account;
let lapsed: number;

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
        lapsed = Date.now() + limits.lockMs;
        return asked.length;
      });
    }, 30_000);
  });
}

/** The locks that were taken have lapsed. */
export function hoardingAgain(world: () => World): void {
  describe("hoarding again", () => {
    it("has to wait: locks that were left to lapse bring a pause, also for calls at once", async () => {
      await reported("locks asked for during the pause", async () => {
        const { list, wire } = world();
        while (Date.now() < lapsed + 500) await sleep(200);
        const tickets = await Promise.all(Array.from({ length: 8 }, list));
        const at = wire("127.0.0.29");
        const replies = await Promise.all(
          tickets.map((ticket) => call(at, OrderService.method.createOrder, newOrder(ticket), idler.bearer)),
        );
        expect(replies.map(({ reason }) => reason)).toEqual(tickets.map(() => "LOCK_COOLDOWN"));
        return replies.length;
      });
    }, 90_000);
  });
}
