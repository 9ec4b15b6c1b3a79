import { randomUUID } from "node:crypto";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import {
  Category,
  OffSaleReason,
  type Ticket,
  TicketStatus,
  TicketUnlockReason,
} from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { minutes, openTicketWorld, price, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";
import { onUserEvent } from "./follow-users.ts";
import { ticketAggregate } from "./ticket-aggregate.ts";

let world: TicketWorld;
let seller: string;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => {
  seller = randomUUID();
});

const offer = () => ({
  requestId: randomUUID(),
  title: "Two seats",
  category: Category.CONCERT,
  event: world.eventIn(minutes(600)),
  seat: {},
  price,
});
async function listed(): Promise<Ticket> {
  const { ticket } = await world.sellers({ user: seller }).createTicket(offer());
  if (!ticket) throw new Error("no ticket");
  return ticket;
}
async function held(buyer?: string) {
  const request = wish(await listed(), buyer);
  await world.locks().lockTicket(request);
  return request;
}
const suspended = (userId: string, version = 2) => world.judged(userId, { version, suspended: true });
const reinstated = (userId: string, version = 3) => world.judged(userId, { version, suspended: false });
const seen = async (ticketId: string, user = seller) =>
  (await world.sellers({ user }).getTicket({ ticketId })).ticket;
const locking = (ticket: Ticket, buyer?: string) => reason(world.locks().lockTicket(wish(ticket, buyer)));

/** What everybody else learns of the ticket's status. */
async function announced(ticketId: string): Promise<TicketStatus | undefined> {
  const ticket = await world.tickets.get(ticketId);
  const newest = ticket.history.at(-1);
  if (!newest) throw new Error("no transition");
  return fromBinary(TicketEventSchema, ticketAggregate.event(ticket, newest).payload).state?.storedStatus;
}

describe("a suspended user", () => {
  it("lists nothing and changes nothing until reinstated", async () => {
    const ticket = await listed();
    await suspended(seller);
    const { createTicket, updateTicket } = world.sellers({ user: seller });
    const change = async () =>
      updateTicket({ ticketId: ticket.id, version: (await seen(ticket.id))?.version ?? 0n, title: "New" });
    expect(await reason(createTicket(offer()))).toBe("USER_SUSPENDED");
    expect(await reason(change())).toBe("USER_SUSPENDED");
    await reinstated(seller);
    expect(await reason(createTicket(offer()))).toBe("done");
    expect(await reason(change())).toBe("done");
  });

  it("is told what an earlier call has listed", async () => {
    const request = offer();
    const { createTicket } = world.sellers({ user: seller });
    await createTicket(request);
    await suspended(seller);
    expect(await reason(createTicket(request))).toBe("done");
  });

  it("may withdraw a ticket", async () => {
    const ticket = await listed();
    await suspended(seller);
    const version = (await seen(ticket.id))?.version ?? 0n;
    const { withdrawTicket } = world.sellers({ user: seller });
    expect(await reason(withdrawTicket({ ticketId: ticket.id, version }))).toBe("done");
    await reinstated(seller);
    expect((await seen(ticket.id))?.status).toBe(TicketStatus.WITHDRAWN);
  });

  it("buys nothing until reinstated", async () => {
    const buyer = randomUUID();
    const ticket = await listed();
    await suspended(buyer);
    expect(await locking(ticket, buyer)).toBe("USER_SUSPENDED");
    expect(await locking(ticket)).toBe("done");
    await reinstated(buyer);
    expect(await locking(await listed(), buyer)).toBe("done");
  });

  it("keeps a lock, can ask for it again, and gets the ticket", async () => {
    const buyer = randomUUID();
    const request = await held(buyer);
    await suspended(buyer);
    expect(await reason(world.locks().lockTicket(request))).toBe("done");
    expect(await reason(world.workflows().sellTicket(request))).toBe("done");
  });
});

describe("what a suspended user sells", () => {
  it("is off sale, and back when its seller is reinstated", async () => {
    const ticket = await listed();
    await suspended(seller);
    expect(await locking(ticket)).toBe("SELLER_SUSPENDED");
    expect(await announced(ticket.id)).toBe(TicketStatus.WITHDRAWN);
    const off = { status: TicketStatus.WITHDRAWN };
    expect(await seen(ticket.id)).toMatchObject({ ...off, offSaleReason: OffSaleReason.SELLER_SUSPENDED });
    expect(await seen(ticket.id, "stranger")).toMatchObject({ ...off, offSaleReason: 0 });
    await reinstated(seller);
    expect(await announced(ticket.id)).toBe(TicketStatus.AVAILABLE);
    expect(await seen(ticket.id)).toMatchObject({ status: TicketStatus.AVAILABLE, offSaleReason: 0 });
    expect(await locking(ticket)).toBe("done");
  });

  it("stays with the order that holds it, and is off sale after that", async () => {
    const request = await held();
    await suspended(seller);
    expect((await seen(request.ticketId))?.status).toBe(TicketStatus.LOCKED);
    expect(await announced(request.ticketId)).toBe(TicketStatus.AVAILABLE);
    await world.workflows().unlockTicket({ ...request, reason: TicketUnlockReason.CANCELLED });
    expect((await seen(request.ticketId))?.status).toBe(TicketStatus.WITHDRAWN);
    expect(await announced(request.ticketId)).toBe(TicketStatus.WITHDRAWN);
  });

  it("is sold to who holds it; given back, it waits for its seller's return", async () => {
    const request = await held();
    await suspended(seller);
    await world.workflows().sellTicket(request);
    expect((await seen(request.ticketId))?.status).toBe(TicketStatus.SOLD);
    await world.workflows().relistTicket(request);
    expect((await seen(request.ticketId))?.status).toBe(TicketStatus.WITHDRAWN);
    await reinstated(seller);
    expect((await seen(request.ticketId))?.status).toBe(TicketStatus.AVAILABLE);
  });

  it("is off sale, too, when a lock of it has lapsed before", async () => {
    const request = await held();
    world.control.now += minutes(16);
    await suspended(seller);
    expect(await announced(request.ticketId)).toBe(TicketStatus.WITHDRAWN);
  });

  it("is off sale where it was being listed meanwhile", async () => {
    await listed();
    world.control.beforeInsert = () => suspended(seller);
    const late = await listed();
    expect(late.status).toBe(TicketStatus.WITHDRAWN);
    expect(await locking(late)).toBe("SELLER_SUSPENDED");
  });

  it("is off sale, too, when the call that listed it amid the suspension died and is repeated", async () => {
    const request = offer();
    const { createTicket } = world.sellers({ user: seller });
    world.control.beforeInsert = async () => {
      await suspended(seller);
      world.control.dies = "before";
    };
    expect(await reason(createTicket(request))).toBeUndefined();
    const { ticket } = await createTicket(request);
    expect(ticket?.status).toBe(TicketStatus.WITHDRAWN);
  });

  it("is for sale where it was listed between a reinstatement and an older suspension", async () => {
    await reinstated(seller, 3);
    const late = await listed();
    // Written once, with what was decided.
    expect(late.version).toBe(1n);
    await suspended(seller, 2);
    expect(await locking(late)).toBe("done");
  });

  it("is for sale, too, where all of that was heard while it was being listed", async () => {
    world.control.beforeInsert = () => reinstated(seller, 3);
    const late = await listed();
    await suspended(seller, 2);
    expect(await locking(late)).toBe("done");
  });

  it("is found by an index, in the order in which it is changed", async () => {
    const mine = world.tickets.collection.find({ sellerId: seller, _id: { $gt: "" } }).sort({ _id: 1 });
    const { queryPlanner } = await mine.explain();
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain("sellerId_1__id_1");
  });

  it("follows the newest decision, in whatever order they are heard", async () => {
    const ticket = await listed();
    await reinstated(seller, 3);
    await suspended(seller, 2);
    await suspended(seller, 2);
    expect(await locking(ticket)).toBe("done");
    expect(await reason(world.sellers({ user: seller }).createTicket(offer()))).toBe("done");
  });
});

it("the stream USERS says who is suspended; other news of a user changes nothing", async () => {
  const heard: string[] = [];
  const unused = () => {
    throw new Error("not asked for");
  };
  const handle = onUserEvent({
    tickets: {
      collection: { find: () => ({ sort: () => ({ limit: () => ({ toArray: async () => [] }) }) }) },
    } as never,
    buyers: { find: unused, update: async (userId) => void heard.push(userId) },
    clock: unused,
  });
  const hear = (transition: MessageInitShape<typeof UserEventSchema>["transition"], isSuspended: boolean) =>
    handle({
      payload: toBinary(
        UserEventSchema,
        create(UserEventSchema, {
          ...{ id: transition?.case, version: 2n, transition },
          state: { id: transition?.case, version: 2n, suspended: isSuspended },
        }),
      ),
    });
  await hear({ case: "userSignedUp", value: {} }, false);
  await hear({ case: "userRenamed", value: {} }, false);
  await hear({ case: "userSuspended", value: {} }, true);
  await hear({ case: "userReinstated", value: {} }, false);
  expect(heard).toEqual(["userSuspended", "userReinstated"]);
});
