import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { Category, TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import type { FeePolicy } from "@ticketing/runtime/values/fees";
import fc from "fast-check";
import {
  type LockWish,
  liveLock,
  lock as lockUntil,
  type ReleaseReason,
  relist,
  sell,
  statusAt,
  type Ticket,
  unlock,
  unpaidHold,
} from "./ticket.ts";
import { ticketAggregate } from "./ticket-aggregate.ts";
import { edit, list, withdraw } from "./ticket-listing.ts";

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1) + minutes * 60_000);
const start = at(24 * 60);
const price = { minorUnits: 5_000, currency: "USD" };
const offer = {
  title: "Two seats",
  category: Category.CONCERT,
  event: { title: "Jazz", venue: "Hall", city: "Oslo", startTime: start },
  seat: { section: "", row: "", number: "" },
  price,
};
const fees: FeePolicy = new Map([["USD", { basisPoints: 1_000, minimum: 90 }]]);
const seller = { id: "t1", sellerId: "seller", sellerName: "S", requestFingerprint: "f", fees };
const fresh = () => list(offer, seller, at(0));
const wish = (orderId: string, changes = {}) => ({
  orderId,
  buyerId: `buyer of ${orderId}`,
  expectedPrice: price,
  ...changes,
});
/** A lock for fifteen minutes; who let the ticket go waits for one. */
const lock = (ticket: Ticket, order: Partial<LockWish> & ReturnType<typeof wish>, now: Date) =>
  lockUntil(
    ticket,
    { until: new Date(now.getTime() + 15 * 60_000), relockWaitMs: 60_000, fees, ...order },
    now,
  );
/** What a refund says of the order whose ticket comes back. */
const back = (orderId: string) => ({ orderId, withdraw: false });
const mine = (ticket: Ticket) => ({ userId: "seller", version: ticket.version, fees });
const reason = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return "allowed";
};

describe("a ticket", () => {
  it("is locked for one order until its deadline, and free again by time alone", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    expect(statusAt(locked, at(15))).toBe(TicketStatus.LOCKED);
    expect(reason(() => lock(locked, wish("b"), at(15)))).toBe("TICKET_LOCKED");
    expect(statusAt(locked, at(16))).toBe(TicketStatus.AVAILABLE);
    expect(liveLock(lock(locked, wish("b"), at(16)), at(17))?.orderId).toBe("b");
  });
  it("answers the holder's repeat with the same lock and never lets an order lock twice", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    expect(lock(locked, wish("a"), at(2))).toBe(locked);
    expect(reason(() => lock(locked, wish("a"), at(20)))).toBe("LOCK_LAPSED");
    const freed = unlock(locked, { orderId: "a", reason: "cancelled" }, at(2));
    expect(reason(() => lock(freed, wish("a"), at(3)))).toBe("LOCK_LAPSED");
  });
  it("cannot be edited or withdrawn while locked, and can again after the deadline", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    expect(reason(() => edit(locked, mine(locked), { title: "x" }, at(2)))).toBe("TICKET_LOCKED");
    expect(reason(() => withdraw(locked, mine(locked), at(2)))).toBe("TICKET_LOCKED");
    const edited = edit(locked, mine(locked), { title: "x" }, at(16));
    expect(edited.lock).toBeUndefined();
    expect(reason(() => sell(edited, "a", at(17)))).toBe("LOCK_LOST");
  });
  it("is sold to its lock's order also after the deadline, if nobody took it", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    expect(sell(locked, "a", at(60)).storedStatus).toBe(TicketStatus.SOLD);
    const taken = lock(locked, wish("b"), at(20));
    expect(reason(() => sell(taken, "a", at(21)))).toBe("LOCK_LOST");
  });
  it("is not touched by an order that does not hold it", () => {
    const locked = lock(fresh(), wish("b"), at(1));
    expect(unlock(locked, { orderId: "a", reason: "cancelled" }, at(2))).toBe(locked);
    const sold = sell(locked, "b", at(2));
    expect(relist(sold, back("a"), at(3))).toBe(sold);
    expect(reason(() => unlock(sold, { orderId: "b", reason: "cancelled" }, at(3)))).toBe("TICKET_SOLD");
  });
  it("is not unlocked for expiry before its deadline", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    const expired = { orderId: "a", reason: "expired" as const };
    expect(reason(() => unlock(locked, expired, at(15)))).toBe("LOCK_NOT_EXPIRED");
    expect(unlock(locked, expired, at(16)).lock).toBeUndefined();
  });
  it("is never held past its event's start, nor sold to its seller, nor at another price", () => {
    const late = lock(fresh(), wish("a"), at(24 * 60 - 5));
    expect(late.lock?.expireTime).toEqual(start);
    expect(reason(() => lock(fresh(), wish("a"), start))).toBe("EVENT_STARTED");
    expect(reason(() => lock(fresh(), wish("a", { buyerId: "seller" }), at(1)))).toBe("OWN_TICKET");
    const cheaper = wish("a", { expectedPrice: { minorUnits: 1, currency: "USD" } });
    expect(reason(() => lock(fresh(), cheaper, at(1)))).toBe("PRICE_CHANGED");
  });
  it("is not held for a price that nobody can pay, whatever the buyer saw", () => {
    const cheap = { minorUnits: 10, currency: "USD" };
    const old = { ...fresh(), price: cheap };
    expect(reason(() => lock(old, wish("a", { expectedPrice: cheap }), at(1)))).toBe("PRICE_TOO_LOW");
    expect(reason(() => lock(old, wish("a"), at(1)))).toBe("PRICE_TOO_LOW");
    const raised = edit(old, mine(old), { price }, at(2));
    expect(lock(raised, wish("a"), at(3)).lock?.orderId).toBe("a");
  });
  it.each([
    ["leaves its seller nothing", { minorUnits: 90, currency: "USD" }, "PRICE_TOO_LOW"],
    ["is in a currency that is not offered", { minorUnits: 5_000, currency: "EUR" }, "CURRENCY_NOT_OFFERED"],
  ])("is not listed, repriced or held where the price %s", (_, refused, why) => {
    const old = { ...fresh(), price: refused };
    expect(reason(() => list({ ...offer, price: refused }, seller, at(0)))).toBe(why);
    expect(reason(() => edit(fresh(), mine(fresh()), { price: refused }, at(1)))).toBe(why);
    expect(reason(() => lock(old, wish("a", { expectedPrice: refused }), at(1)))).toBe(why);
    expect(reason(() => edit(old, mine(old), { title: "x" }, at(1)))).toBe("allowed");
    expect(
      list({ ...offer, price: { minorUnits: 91, currency: "USD" } }, seller, at(0)).price.minorUnits,
    ).toBe(91);
  });
  it("tells the holder's repeat at another price that the price is another", () => {
    const locked = lock(fresh(), wish("a"), at(1));
    const cheaper = wish("a", { expectedPrice: { minorUnits: 1, currency: "USD" } });
    expect(reason(() => lock(locked, cheaper, at(2)))).toBe("PRICE_CHANGED");
  });
  it.each([
    ["cancelled", at(2)],
    ["declined", at(2)],
    ["expired", at(16)],
  ] as const)("that its buyer let go (%s) goes to others first, until the wait is over", (why, when) => {
    const held = lock(fresh(), wish("a", { buyerId: "bob" }), at(1));
    // However late a worker notices, a lapse is of the deadline.
    const free = unlock(held, { orderId: "a", reason: why }, why === "expired" ? at(16.5) : when);
    const again = wish("b", { buyerId: "bob" });
    const soon = new Date(when.getTime() + 59_999);
    expect(reason(() => lock(free, again, soon))).toBe("RELOCK_TOO_SOON");
    expect(liveLock(lock(free, wish("c"), soon), soon)?.orderId).toBe("c");
    expect(liveLock(lock(free, again, new Date(when.getTime() + 60_000)), soon)?.orderId).toBe("b");
    // Not even somebody who took it meanwhile and let it go ends the wait.
    const passed = unlock(lock(free, wish("c"), soon), { orderId: "c", reason: "cancelled" }, soon);
    expect(reason(() => lock(passed, again, soon))).toBe("RELOCK_TOO_SOON");
  });
  it("whose lock ran out goes to others first, whoever wrote that down and whether anybody did", () => {
    const held = lock(fresh(), wish("a", { buyerId: "bob" }), at(1));
    const again = wish("b", { buyerId: "bob" });
    for (const ticket of [held, edit(held, mine(held), { title: "x" }, at(16))]) {
      expect(reason(() => lock(ticket, again, at(16.9)))).toBe("RELOCK_TOO_SOON");
      expect(liveLock(lock(ticket, again, at(17)), at(17))?.orderId).toBe("b");
    }
  });
  it.each(["payment_failed", "no_order"] as const)(
    "that its buyer lost for %s keeps nobody waiting",
    (why) => {
      const free = unlock(lock(fresh(), wish("a"), at(1)), { orderId: "a", reason: why }, at(2));
      const again = wish("b", { buyerId: "buyer of a" });
      expect(liveLock(lock(free, again, at(2)), at(2))?.orderId).toBe("b");
    },
  );
  it("knows who held it and until when, also after somebody else took it", () => {
    const held = lock(fresh(), wish("a"), at(1));
    const taken = lock(held, wish("b"), at(20));
    const hold = { orderId: "a", buyerId: "buyer of a", time: at(16), cutShort: false };
    expect(unpaidHold(held, "a", at(20))).toEqual(hold);
    expect(unpaidHold(taken, "a", at(25))).toEqual(hold);
    const late = lock(fresh(), wish("a"), at(24 * 60 - 5));
    expect(unpaidHold(late, "a", start)).toMatchObject({ time: start, cutShort: true });
  });
  it("is for sale again after a refund, or withdrawn once the event began", () => {
    const sold = sell(lock(fresh(), wish("a"), at(1)), "a", at(2));
    expect(relist(sold, back("a"), at(3)).storedStatus).toBe(TicketStatus.AVAILABLE);
    expect(relist(sold, back("a"), start).storedStatus).toBe(TicketStatus.WITHDRAWN);
    const withdrawn = relist(sold, { ...back("a"), withdraw: true }, at(3));
    expect(withdrawn.storedStatus).toBe(TicketStatus.WITHDRAWN);
    expect(withdrawn.history.at(-1)?.type).toBe("ticket_withdrawn");
    expect(relist(sold, { orderId: "b", withdraw: true }, at(3))).toBe(sold);
  });
  it("that nobody bought is expired from its event's start on, also when its lock ends there", () => {
    const late = lock(fresh(), wish("a"), at(24 * 60 - 5));
    for (const ticket of [fresh(), late]) {
      expect(statusAt(ticket, new Date(start.getTime() - 1))).not.toBe(TicketStatus.EXPIRED);
      expect(statusAt(ticket, start)).toBe(TicketStatus.EXPIRED);
    }
    const sold = sell(late, "a", at(24 * 60 + 1));
    expect(statusAt(sold, at(24 * 60 + 2))).toBe(TicketStatus.SOLD);
  });
  it("that expired can be taken off sale, and comes back with a start that lies ahead and no other change", () => {
    const [ticket, now] = [fresh(), at(25 * 60)];
    expect(statusAt(withdraw(ticket, mine(ticket), now), now)).toBe(TicketStatus.WITHDRAWN);
    const event = { ...offer.event, startTime: at(48 * 60) };
    expect(statusAt(edit(ticket, mine(ticket), { event }, now), now)).toBe(TicketStatus.AVAILABLE);
    expect(reason(() => edit(ticket, mine(ticket), { title: "x" }, now))).toBe("EVENT_STARTED");
    const past = { ...offer.event, startTime: now };
    expect(reason(() => edit(ticket, mine(ticket), { event: past }, now))).toBe("EVENT_STARTED");
    expect(reason(() => edit(fresh(), mine(ticket), { event: past }, now))).toBe("EVENT_STARTED");
  });
  it("keeps its rules under any sequence of commands", () => {
    const command = fc.record({
      kind: fc.constantFrom("lock", "unlock", "expire", "sell", "relist", "edit", "withdraw"),
      order: fc.constantFrom("a", "b", "c"),
      after: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        let ticket = fresh();
        let minute = 0;
        for (const { kind, order, after } of commands) {
          minute += after;
          const now = at(minute);
          const before = ticket;
          const holder = liveLock(before, now)?.orderId;
          try {
            if (kind === "lock") ticket = lock(before, wish(order), now);
            if (kind === "unlock") ticket = unlock(before, { orderId: order, reason: "cancelled" }, now);
            if (kind === "expire") ticket = unlock(before, { orderId: order, reason: "expired" }, now);
            if (kind === "sell") ticket = sell(before, order, now);
            if (kind === "relist") ticket = relist(before, back(order), now);
            if (kind === "edit") ticket = edit(before, mine(before), { title: "y" }, now);
            if (kind === "withdraw") ticket = withdraw(before, mine(before), now);
          } catch (error) {
            expect(reasonOf(error)).toBeDefined();
            continue;
          }
          if (ticket === before) continue;
          expect(ticket.version).toBe(before.version + 1);
          // Whoever holds the ticket is touched by nobody else.
          if (holder) expect(kind === "edit" || kind === "withdraw" ? "nobody" : order).toBe(holder);
          if (before.storedStatus === TicketStatus.SOLD) expect(kind).toBe("relist");
        }
      }),
    );
  });
});

it.each(["CANCELLED", "EXPIRED", "PAYMENT_FAILED", "DECLINED", "NO_ORDER"] as const)(
  "a ticket that is let go as %s says so in words and by the enum",
  (name) => {
    const stated = name.toLowerCase() as ReleaseReason;
    const freed = unlock(lock(fresh(), wish("a"), at(1)), { orderId: "a", reason: stated }, at(20));
    const [newest] = freed.history.slice(-1);
    if (!newest) throw new Error("a ticket has a history");
    const { transition } = fromBinary(TicketEventSchema, ticketAggregate.event(freed, newest).payload);
    const value = { orderId: "a", reason: stated, unlockReason: TicketUnlockReason[name] };
    expect(transition).toMatchObject({ case: "ticketUnlocked", value });
  },
);
