import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";

let world: TicketWorld;
let control: TicketWorld["control"];
beforeAll(async () => {
  world = await openTicketWorld();
  control = world.control;
}, 60_000);
afterAll(() => world?.close());

type Request = Awaited<ReturnType<TicketWorld["locked"]>>;
const { CANCELLED, DECLINED, EXPIRED, NO_ORDER, PAYMENT_FAILED } = TicketUnlockReason;
const unlock = (request: Request, why: TicketUnlockReason) =>
  reason(world.workflows().unlockTicket({ ...request, reason: why }));
/** The seller moves the event of a ticket that nobody holds yet. */
const move = (ticketId: string, beginsInMs: number) => async () => {
  const version = (await world.ticket(ticketId))?.version ?? 0n;
  await world.sellers().updateTicket({ ticketId, version, event: world.eventIn(beginsInMs) });
};

describe("a slot, when the seller moves the event as the ticket is locked,", () => {
  const movedWhileLocked = async (buyer: string, before: number, after: number) => {
    const request = wish(await world.listed(before), buyer);
    control.meanwhile = move(request.ticketId, after);
    await world.locks().lockTicket(request);
  };

  it("lasts as long as the lock that began late", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 2; n++) await movedWhileLocked(buyer, minutes(1), minutes(600));
    for (const passes of [minutes(1), minutes(5), minutes(9) - 1]) {
      control.now += passes;
      expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
    }
    control.now += 1;
    expect(await world.buys(buyer)).toBe("done");
  });

  it("is free with the lock that ends early", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 2; n++) await movedWhileLocked(buyer, minutes(600), 10_000);
    control.now += 10_000 - 1;
    expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
    control.now += 1;
    expect(await world.buys(buyer)).toBe("done");
  });

  it("is free with the lock that ends early also if the process died after it wrote the lock", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 2; n++) {
      control.dies = "after";
      await movedWhileLocked(buyer, minutes(600), minutes(1)).catch(() => undefined);
    }
    control.now += minutes(1) - 1;
    expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
    control.now += 1;
    expect(await world.buys(buyer)).toBe("done");
  });
});

describe("the limit", () => {
  /** Follows one buyer, who tries at every step of a call to lock one ticket more. */
  async function watched(buyer: string, held: Request[], call: () => Promise<unknown>) {
    let most = 0;
    control.atEveryStep = async () => {
      const request = wish(await world.listed(), buyer);
      if ((await reason(world.locks().lockTicket(request))) === "done") held.push(request);
      const seen = await Promise.all(held.map(({ ticketId }) => world.ticket(ticketId)));
      most = Math.max(most, seen.filter((ticket) => ticket?.status === TicketStatus.LOCKED).length);
    };
    await call();
    control.atEveryStep = undefined;
    return most;
  }
  const twoHeld = async (buyer: string) => {
    const first = await world.locked(buyer);
    return { first, held: [first, await world.locked(buyer)] };
  };

  it.each([
    ["is cancelled", (r: Request) => unlock(r, CANCELLED)],
    ["is declined to its end", (r: Request) => unlock(r, DECLINED)],
    ["cannot be paid", (r: Request) => unlock(r, PAYMENT_FAILED)],
    ["has no order", (r: Request) => unlock(r, NO_ORDER)],
    ["is sold", (r: Request) => reason(world.workflows().sellTicket(r))],
  ])("holds at every step of a call by which a lock ends since it %s", async (_, ends) => {
    const buyer = randomUUID();
    const { first, held } = await twoHeld(buyer);
    expect(await watched(buyer, held, () => ends(first))).toBe(2);
    // One place became free, and was taken.
    expect(held).toHaveLength(3);
    expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
  });

  it("holds at every step when a lock runs out", async () => {
    const buyer = randomUUID();
    const { first, held } = await twoHeld(buyer);
    control.now += minutes(15);
    expect(await watched(buyer, held, () => unlock(first, EXPIRED))).toBe(2);
    expect(held).toHaveLength(4);
  });

  it.each(["before", "after"] as const)(
    "holds when a worker dies %s the ticket is unlocked",
    async (when) => {
      for (const why of [CANCELLED, DECLINED, PAYMENT_FAILED, NO_ORDER]) {
        const buyer = randomUUID();
        const { first } = await twoHeld(buyer);
        control.dies = when;
        expect(await unlock(first, why)).toBeUndefined();
        if (when === "before") {
          expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
          // However often the buyer asks meanwhile.
          expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
          expect(await unlock(first, why)).toBe("done");
        }
        expect(await world.buys(buyer)).toBe("done");
        expect(await unlock(first, why)).toBe("done");
        expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
      }
    },
  );

  it("counts a lock given up once, wherever the worker died and however often it came again", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 6; n++) {
      const request = wish(await world.listed(), buyer);
      expect(await reason(world.locks().lockTicket(request))).toBe("done");
      control.dies = n % 2 ? "before" : "after";
      expect(await unlock(request, CANCELLED)).toBeUndefined();
      for (let again = 0; again < 2; again++) expect(await unlock(request, CANCELLED)).toBe("done");
    }
    expect(await world.buys(buyer)).toBe("LOCK_COOLDOWN");
  });
});
