import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RetryInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { type Ticket, TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import { rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { minutes, openTicketWorld, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";

let world: TicketWorld;
let control: TicketWorld["control"];
beforeAll(async () => {
  world = await openTicketWorld();
  control = world.control;
}, 60_000);
afterAll(() => world?.close());

const locks = (caller?: SpecCaller) => world.locks(caller);
const workflows = () => world.workflows();
const listed = (beginsInMs?: number) => world.listed(beginsInMs);
const locked = () => world.locked();
const state = (ticketId: string) => world.ticket(ticketId);
type Request = Awaited<ReturnType<typeof locked>>;
const { CANCELLED } = TicketUnlockReason;

describe("locking a ticket", () => {
  it("gives it to one of many buyers, and tells the others until when", async () => {
    const ticket = await listed();
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => locks().lockTicket(wish(ticket))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const lockedUntil = new Date(control.now + minutes(15)).toISOString();
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      const info = errorInfoOf(result.reason);
      if (info?.reason !== "CONTENTION") {
        expect(info).toMatchObject({ reason: "TICKET_LOCKED", metadata: { lockedUntil } });
      }
    }
  });

  it("is the same lock when asked again, with the same deadline", async () => {
    const request = await locked();
    control.now += minutes(1);
    const { ticket } = await locks().lockTicket(request);
    expect(ticket?.lock?.expireTime && timestampDate(ticket.lock.expireTime).getTime()).toBe(
      control.now + minutes(14),
    );
  });

  it("is refused without a trace while the room for events is for open orders, which go on", async () => {
    const buyer = randomUUID();
    const held = await locked();
    const request = wish(await listed(), buyer);
    control.isFull = true;
    expect(await reason(locks().lockTicket(request))).toBe("EVENTS_FULL");
    expect(await state(request.ticketId)).toMatchObject({ status: TicketStatus.AVAILABLE });
    expect(await reason(locks().lockTicket(held))).toBe("done");
    expect(await reason(workflows().sellTicket(held))).toBe("done");
    control.isFull = false;
    // The buyer may hold two, and the refused one took no place.
    expect(await reason(locks().lockTicket(request))).toBe("done");
    expect(await world.buys(buyer)).toBe("done");
  });

  it("reserves it as it is until the lock is taken away, also when its time is over", async () => {
    const request = await locked();
    const read = async () => (await locks({ service: "deliveries" }).readTicket(request)).reserved;
    control.now += minutes(20);
    expect([(await state(request.ticketId))?.status, await read()]).toEqual([TicketStatus.AVAILABLE, true]);
    await workflows().unlockTicket({ ...request, reason: TicketUnlockReason.EXPIRED });
    expect(await read()).toBe(false);
    const another = await locked();
    await workflows().sellTicket(another);
    const { reserved } = await locks({ service: "deliveries" }).readTicket(another);
    expect(reserved).toBe(false);
  });

  it("says that the lock lapsed when writing it took as long as it lasts, and counts nothing", async () => {
    const buyer = randomUUID();
    for (const [beginsInMs, takesMs] of [
      [minutes(600), minutes(15)],
      [minutes(600), minutes(20)],
      [1_000, 1_000],
      [1_000, 4_000],
    ] as const) {
      const request = wish(await listed(beginsInMs), buyer);
      control.writeMs = takesMs;
      expect(await reason(locks().lockTicket(request))).toBe("LOCK_LAPSED");
      const other = { ...wish(await listed(), buyer), orderId: request.orderId };
      expect(await reason(locks().lockTicket(other))).toBe("REQUEST_ID_REUSED");
    }
    for (let n = 0; n < 2; n++) expect(await world.buys(buyer)).toBe("done");
  });

  it("gives a refused buyer the slot back, also one who lost the race at the last step", async () => {
    const buyer = randomUUID();
    const taken = { ...(await locked()), buyerId: buyer };
    for (let n = 0; n < 3; n++) {
      expect(await reason(locks().lockTicket({ ...taken, orderId: randomUUID() }))).toBe("TICKET_LOCKED");
      const contested = await listed();
      control.meanwhile = () => world.elsewhere().lockTicket(wish(contested));
      expect(await reason(locks().lockTicket(wish(contested, buyer)))).toBe("TICKET_LOCKED");
    }
    for (const answer of ["done", "done", "LOCK_LIMIT"]) expect(await world.buys(buyer)).toBe(answer);
  });

  /** A call that is stopped before it writes the ticket, and five rivals that have read it meanwhile. */
  async function rush() {
    const ticket = await listed();
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    control.meanwhile = () => {
      reached.resolve();
      return gate.promise;
    };
    const first = reason(locks().lockTicket(wish(ticket)));
    await reached.promise;
    control.reads = 0;
    const rivals = Array.from({ length: 5 }, () => reason(locks().lockTicket(wish(ticket))));
    while (control.reads < 5) await setTimeout(1);
    return { first, rivals: Promise.all(rivals), gate };
  }

  it("lets rivals wait for the attempt under way, so that those it refuses write nothing", async () => {
    const { first, rivals, gate } = await rush();
    let steps = 0;
    control.atEveryStep = async () => {
      steps += 1;
    };
    gate.resolve();
    expect(await first).toBe("done");
    expect(await rivals).toEqual(Array(5).fill("TICKET_LOCKED"));
    control.atEveryStep = undefined;
    // Before and after the one write of the ticket.
    expect(steps).toBe(2);
  });

  it("gives the ticket to one of the rivals where the attempt fails", async () => {
    const { first, rivals, gate } = await rush();
    gate.reject(new Error("the database does not answer"));
    expect(await first).toBe(undefined);
    expect((await rivals).filter((answer) => answer === "done")).toHaveLength(1);
  });

  it("holds the limit also when all are asked at once", async () => {
    const buyer = randomUUID();
    const tickets = await Promise.all(Array.from({ length: 8 }, () => listed()));
    const answers = await Promise.all(
      tickets.map((ticket) => reason(locks().lockTicket(wish(ticket, buyer)))),
    );
    expect(answers.filter((answer) => answer === "done").length).toBeLessThanOrEqual(2);
    for (const answer of answers) expect(["done", "LOCK_LIMIT", "CONTENTION"]).toContain(answer);
  });

  it("pauses a buyer who let three locks run out", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 3; n++) {
      const request = wish(await listed(), buyer);
      await locks().lockTicket(request);
      control.now += minutes(15);
      await workflows().unlockTicket({ ...request, reason: TicketUnlockReason.EXPIRED });
    }
    expect(await world.buys(buyer)).toBe("LOCK_COOLDOWN");
    control.now += minutes(15);
    expect(await world.buys(buyer)).toBe("done");
  });
});

describe("an order's id", () => {
  const statuses = (tickets: Ticket[]) =>
    Promise.all(tickets.map(async ({ id }) => (await state(id))?.status ?? TicketStatus.UNSPECIFIED));

  it("locks one ticket at most, however many are asked for at once", async () => {
    const [buyer, order] = [randomUUID(), randomUUID()];
    const tickets = await Promise.all(Array.from({ length: 60 }, () => listed()));
    const answers = await Promise.all(
      tickets.map((ticket) => reason(locks().lockTicket(wish(ticket, buyer, order)))),
    );
    const locked = (await statuses(tickets)).filter((status) => status === TicketStatus.LOCKED);
    expect(locked.length).toBeLessThanOrEqual(1);
    expect(answers.filter((answer) => answer === "done")).toHaveLength(locked.length);
    for (const answer of answers) expect(["done", "REQUEST_ID_REUSED", "CONTENTION"]).toContain(answer);
  });

  it.each([
    ["while its lock lives", async () => undefined],
    ["after its lock was given up", (r: Request) => workflows().unlockTicket({ ...r, reason: CANCELLED })],
    [
      "after its lock ran out unseen",
      async () => {
        control.now += minutes(16);
      },
    ],
    ["after it was sold", (r: Request) => workflows().sellTicket(r)],
    [
      "after its sale was taken back",
      async (r: Request) => {
        await workflows().sellTicket(r);
        await workflows().relistTicket(r);
      },
    ],
  ] as const)("is for no other ticket %s", async (_, meanwhile) => {
    const first = await locked();
    await meanwhile(first);
    const other = await listed();
    expect(await reason(locks().lockTicket({ ...first, ticketId: other.id }))).toBe("REQUEST_ID_REUSED");
    expect(await statuses([other])).toEqual([TicketStatus.AVAILABLE]);
  });

  it("that was refused may ask for another ticket, and locks only that", async () => {
    const [taken, other] = [await locked(), await listed()];
    const request = { ...wish(other), ticketId: taken.ticketId };
    expect(await reason(locks().lockTicket(request))).toBe("TICKET_LOCKED");
    expect(await reason(locks().lockTicket({ ...request, ticketId: other.id }))).toBe("done");
  });
});

describe("a lock call that died", () => {
  it("before the ticket was written keeps its slot for half a minute, and costs nothing", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 2; n++) {
      control.dies = "before";
      expect(await world.buys(buyer)).toBeUndefined();
    }
    control.now += minutes(0.5) - 1;
    expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
    control.now += 1;
    expect([await world.buys(buyer), await world.buys(buyer), await world.buys(buyer)]).toEqual([
      "done",
      "done",
      "LOCK_LIMIT",
    ]);
  });

  it("after the ticket was written keeps its slot for as long as the lock lives", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 2; n++) {
      control.dies = "after";
      expect(await world.buys(buyer)).toBeUndefined();
    }
    control.now += minutes(15) - 1;
    expect(await world.buys(buyer)).toBe("LOCK_LIMIT");
    control.now += 1;
    expect(await world.buys(buyer)).toBe("done");
  });

  it("is repeated under its slot, whether or not the lock was written", async () => {
    for (const death of ["before", "after"] as const) {
      const request = wish(await listed());
      control.dies = death;
      expect(await reason(locks().lockTicket(request))).toBeUndefined();
      expect(await reason(locks().lockTicket(request))).toBe("done");
      expect(await world.buys(request.buyerId)).toBe("done");
      expect(await world.buys(request.buyerId)).toBe("LOCK_LIMIT");
    }
  });

  it("again and again brings no pause", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 8; n++) {
      control.dies = n % 2 ? "before" : "after";
      await world.buys(buyer);
      control.now += minutes(15);
    }
    expect(await world.buys(buyer)).toBe("done");
  });
});

describe("a buyer who let a ticket go", () => {
  const give = (request: Request) => workflows().unlockTicket({ ...request, reason: CANCELLED });

  it("waits half a minute for it while a rival who asks again and again gets it", async () => {
    const first = await locked();
    await give(first);
    const again = { ...first, orderId: randomUUID() };
    const rival = { ...first, orderId: randomUUID(), buyerId: randomUUID() };
    const refused = await locks()
      .lockTicket(again)
      .then(() => undefined, ConnectError.from);
    expect(reasonOf(refused)).toBe("RELOCK_TOO_SOON");
    expect(refused?.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 30n } }]);
    expect(await reason(locks().lockTicket(wish(await listed(), first.buyerId)))).toBe("done");
    expect(await reason(locks().lockTicket(rival))).toBe("done");
  });

  it("pauses after the sixth", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 6; n++) {
      const request = wish(await listed(), buyer);
      expect(await reason(locks().lockTicket(request))).toBe("done");
      await give(request);
    }
    expect(await world.buys(buyer)).toBe("LOCK_COOLDOWN");
  });
});

describe("a lapse", () => {
  const expire = (request: Request) =>
    workflows().unlockTicket({ ...request, reason: TicketUnlockReason.EXPIRED });

  it("counts also when a rival took the ticket before the worker came, by its deadline", async () => {
    const buyer = randomUUID();
    const requests = [];
    for (let n = 0; n < 3; n++) {
      const request = wish(await listed(), buyer);
      await locks().lockTicket(request);
      requests.push(request);
      control.now += minutes(15);
      await locks().lockTicket({ ...request, buyerId: randomUUID(), orderId: randomUUID() });
    }
    for (const request of requests) await expire(request);
    expect(await world.buys(buyer)).toBe("LOCK_COOLDOWN");
    control.now += minutes(15);
    expect(await world.buys(buyer)).toBe("done");
  });

  it("is of its deadline, however late the worker tells of it", async () => {
    const buyer = randomUUID();
    const requests = [wish(await listed(), buyer), wish(await listed(), buyer)];
    for (const request of requests) await locks().lockTicket(request);
    control.now += minutes(20);
    requests.push(wish(await listed(), buyer));
    for (const request of requests.slice(2)) await locks().lockTicket(request);
    control.now += minutes(29);
    for (const request of requests) await expire(request);
    // The last deadline was fourteen minutes ago, and the pause is a quarter of an hour.
    expect(await world.buys(buyer)).toBe("LOCK_COOLDOWN");
    control.now += minutes(1);
    expect(await world.buys(buyer)).toBe("done");
  });

  it("is not one when the money came in time and the worker was late", async () => {
    const buyer = randomUUID();
    const requests = [];
    for (let n = 0; n < 3; n++) {
      const request = wish(await listed(), buyer);
      await locks().lockTicket(request);
      requests.push(request);
      control.now += minutes(15);
    }
    expect(await world.buys(buyer)).toBe("done");
    for (const request of requests) await workflows().sellTicket(request);
    expect(await world.buys(buyer)).toBe("done");
  });

  it.each([TicketUnlockReason.PAYMENT_FAILED, TicketUnlockReason.NO_ORDER])(
    "is not one for reason %s",
    async (why) => {
      const buyer = randomUUID();
      for (let n = 0; n < 4; n++) {
        const request = wish(await listed(), buyer);
        await locks().lockTicket(request);
        await workflows().unlockTicket({ ...request, reason: why });
      }
      expect(await world.buys(buyer)).toBe("done");
    },
  );

  it("is not one when the event's start cut the time short", async () => {
    const buyer = randomUUID();
    for (let n = 0; n < 3; n++) {
      const request = wish(await listed(minutes(5)), buyer);
      await locks().lockTicket(request);
      control.now += minutes(5);
      await expire(request);
    }
    expect(await world.buys(buyer)).toBe("done");
  });
});

describe("unlocking", () => {
  it("for expiry waits for the deadline", async () => {
    const request = await locked();
    const expire = () => reason(workflows().unlockTicket({ ...request, reason: TicketUnlockReason.EXPIRED }));
    control.now += minutes(15) - 1;
    expect(await expire()).toBe("LOCK_NOT_EXPIRED");
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.LOCKED);
    control.now += 1;
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.AVAILABLE);
    expect(await expire()).toBe("done");
  });

  it("by an order whose lock is gone changes nothing for the one that holds it", async () => {
    const request = await locked();
    control.now += minutes(15);
    const next = { ...wish({ id: request.ticketId } as Ticket), ticketId: request.ticketId };
    await locks().lockTicket(next);
    for (const why of [TicketUnlockReason.EXPIRED, TicketUnlockReason.CANCELLED]) {
      expect(await reason(workflows().unlockTicket({ ...request, reason: why }))).toBe("done");
    }
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.LOCKED);
    expect(await reason(workflows().sellTicket(request))).toBe("LOCK_LOST");
    expect(await reason(workflows().sellTicket(next))).toBe("done");
  });
});

describe("selling", () => {
  it("is done once for the order that holds the ticket, and only it can relist", async () => {
    const request = await locked();
    await workflows().sellTicket(request);
    expect(await reason(workflows().sellTicket(request))).toBe("done");
    await workflows().relistTicket({ ...request, orderId: randomUUID() });
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.SOLD);
    await workflows().relistTicket(request);
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.AVAILABLE);
  });
});

describe("callers of the internal API", () => {
  it("is the service that the contract names, for each call", async () => {
    for (const caller of [{ service: "catalog" }, "nobody"] as const) {
      const answers = await rejectsEveryCall(TicketLockService, locks(caller));
      expect(new Set(Object.values(answers))).toEqual(new Set(["SERVICE_NOT_ALLOWED"]));
    }
    const request = await locked();
    const refused = async (call: Promise<unknown>) => expect(await reason(call)).toBe("SERVICE_NOT_ALLOWED");
    await refused(locks({ service: "payments" }).lockTicket(request));
    await refused(workflows().lockTicket(request));
    await refused(locks().sellTicket(request));
    await refused(locks().relistTicket(request));
  });
});
