import { randomUUID } from "node:crypto";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Category, type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketLockService, UnlockReason } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import type { Database } from "@ticketing/runtime/database";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/domain-error";
import { clientOf, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { createTicketLockService } from "./ticket-lock-service.ts";
import { createTicketService } from "./ticket-service.ts";
import { createBuyerLockStore, createTicketStore } from "./ticket-store.ts";

const minutes = (n: number) => n * 60_000;
const price = { minorUnits: 4_500n, currency: "USD" };
let now = Date.UTC(2030, 0, 1);
let database: Database;
let locks: (caller?: SpecCaller) => ReturnType<typeof clientOf<typeof TicketLockService>>;
let sellers: (caller?: SpecCaller) => ReturnType<typeof clientOf<typeof TicketService>>;

beforeAll(async () => {
  database = await openSpecDatabase();
  const clock = () => new Date(now);
  const tickets = await createTicketStore(database.db, () => undefined);
  const lockService = createTicketLockService({
    tickets,
    buyers: createBuyerLockStore(database.db),
    policy: {
      durationMs: minutes(15),
      limit: 2,
      lapseLimit: 3,
      lapseWindowMs: minutes(60),
      cooldownMs: minutes(15),
    },
    clock,
  });
  const ticketService = createTicketService({ tickets, clock });
  locks = (caller = { service: "orders" }) => clientOf(TicketLockService, lockService, caller);
  sellers = (caller = { user: "seller" }) => clientOf(TicketService, ticketService, caller);
}, 60_000);
afterAll(() => database?.close());

const workflows = () => locks({ service: "workflows" });
const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
async function listed(): Promise<Ticket> {
  const { ticket } = await sellers().createTicket({
    requestId: randomUUID(),
    title: "Jazz",
    category: Category.CONCERT,
    event: {
      title: "Jazz",
      venue: "Hall",
      city: "Oslo",
      startTime: timestampFromDate(new Date(now + minutes(600))),
    },
    seat: {},
    price,
  });
  if (!ticket) throw new Error("no ticket");
  return ticket;
}
const wish = (ticket: Ticket, buyerId = randomUUID(), orderId = randomUUID()) => ({
  ticketId: ticket.id,
  orderId,
  buyerId,
  expectedPrice: price,
});
/** A ticket that an order holds. */
async function locked() {
  const request = wish(await listed());
  await locks().lockTicket(request);
  return request;
}
const state = async (ticketId: string) => (await sellers().getTicket({ ticketId })).ticket;

describe("locking a ticket", () => {
  it("lets one of many buyers have it, and tells the others until when", async () => {
    const ticket = await listed();
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => locks().lockTicket(wish(ticket))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const lockedUntil = new Date(now + minutes(15)).toISOString();
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
    now += minutes(1);
    const { ticket } = await locks().lockTicket(request);
    expect(ticket?.lock?.expireTime && timestampDate(ticket.lock.expireTime).getTime()).toBe(
      now + minutes(14),
    );
  });

  it("gives a refused buyer the slot back", async () => {
    const [taken, other, third] = [await locked(), await listed(), await listed()];
    const buyer = randomUUID();
    for (let n = 0; n < 3; n++) {
      const request = { ...wish(other, buyer), ticketId: taken.ticketId };
      expect(await reason(locks().lockTicket(request))).toBe("TICKET_LOCKED");
    }
    await locks().lockTicket(wish(other, buyer));
    await locks().lockTicket(wish(third, buyer));
    expect(await reason(locks().lockTicket(wish(await listed(), buyer)))).toBe("LOCK_LIMIT");
  });

  it("gives the slot back to who lost the race at the last step", async () => {
    const contested = await listed();
    const buyers = Array.from({ length: 6 }, () => randomUUID());
    const answers = await Promise.all(
      buyers.map((buyer) => reason(locks().lockTicket(wish(contested, buyer)))),
    );
    const losers = buyers.filter((_, n) => answers[n] !== "done");
    expect(losers).toHaveLength(5);
    for (const buyer of losers) {
      for (let n = 0; n < 2; n++) {
        expect(await reason(locks().lockTicket(wish(await listed(), buyer)))).toBe("done");
      }
    }
  });

  it("holds the limit also when all are asked at once", async () => {
    const buyer = randomUUID();
    const tickets = await Promise.all(Array.from({ length: 8 }, listed));
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
      now += minutes(15);
      await workflows().unlockTicket({ ...request, reason: UnlockReason.EXPIRED });
    }
    expect(await reason(locks().lockTicket(wish(await listed(), buyer)))).toBe("LOCK_COOLDOWN");
    now += minutes(15);
    expect(await reason(locks().lockTicket(wish(await listed(), buyer)))).toBe("done");
  });
});

describe("unlocking", () => {
  it("for expiry waits for the deadline", async () => {
    const request = await locked();
    const expire = () => reason(workflows().unlockTicket({ ...request, reason: UnlockReason.EXPIRED }));
    now += minutes(15) - 1;
    expect(await expire()).toBe("LOCK_NOT_EXPIRED");
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.LOCKED);
    now += 1;
    expect((await state(request.ticketId))?.status).toBe(TicketStatus.AVAILABLE);
    expect(await expire()).toBe("done");
  });

  it("by an order whose lock is gone changes nothing for the one that holds it", async () => {
    const request = await locked();
    now += minutes(15);
    const next = { ...wish({ id: request.ticketId } as Ticket), ticketId: request.ticketId };
    await locks().lockTicket(next);
    for (const why of [UnlockReason.EXPIRED, UnlockReason.CANCELLED]) {
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

describe("who may call", () => {
  it("is the service that the contract names, for each call", async () => {
    const request = await locked();
    const { ticketId, orderId } = request;
    const refused = async (call: Promise<unknown>) => expect(await reason(call)).toBe("SERVICE_NOT_ALLOWED");
    await refused(locks({ service: "payments" }).lockTicket(request));
    await refused(locks({ service: "orders" }).sellTicket({ ticketId, orderId }));
    await refused(locks({ service: "orders" }).relistTicket({ ticketId, orderId }));
    await refused(
      locks({ service: "catalog" }).unlockTicket({ ticketId, orderId, reason: UnlockReason.EXPIRED }),
    );
    expect(await reason(locks("nobody").sellTicket({ ticketId, orderId }))).not.toBe("done");
  });
});
