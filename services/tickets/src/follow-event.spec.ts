import { randomUUID } from "node:crypto";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EventEventSchema } from "@ticketing/proto/events/v1/event_events";
import { Category, type Ticket, TicketStatus, TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, price, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";
import { onEventEvent } from "./follow-events.ts";

let world: TicketWorld;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());

/** A ticket of an event of its own. */
async function listed(): Promise<Ticket> {
  const title = randomUUID();
  const { ticket } = await world.sellers().createTicket(offer({ ...world.eventIn(minutes(600)), title }));
  if (!ticket) throw new Error("no ticket");
  return ticket;
}

const offer = (event?: object, eventId = "") => ({
  requestId: randomUUID(),
  title: "Two seats",
  category: Category.CONCERT,
  ...(event && { event: event as never }),
  eventId,
  seat: {},
  price,
});
const eventIdOf = (ticket: Ticket | undefined) => ticket?.event?.eventId ?? "";
const startOf = (ticket: Ticket | undefined) =>
  ticket?.event?.startTime && timestampDate(ticket.event.startTime).getTime();
const now = (ticket: Ticket) => world.ticket(ticket.id);
const cancel = (ticket: Ticket) => {
  world.directory.change(eventIdOf(ticket), { cancelled: true });
  return world.heard(eventIdOf(ticket));
};
const orders = (eventId: string, pageToken = "") =>
  world.workflows().listOrdersOfEvent({ eventId, pageSize: 100, pageToken });

describe("the event of a listing", () => {
  it("is found by what the seller writes, and takes its zone along", async () => {
    const ticket = await listed();
    expect(ticket.event).toMatchObject({ timeZone: "Europe/Oslo", cancelled: false });
    const { ticket: other } = await world.sellers().createTicket(offer(ticket.event));
    expect(eventIdOf(other)).toBe(eventIdOf(ticket));
  });

  it("is taken by its id, with its texts", async () => {
    const known = await listed();
    const { ticket } = await world.sellers().createTicket(offer(undefined, eventIdOf(known)));
    expect(ticket?.event).toEqual(known.event);
    expect(await reason(world.sellers().createTicket(offer(undefined, randomUUID())))).toBe(
      "EVENT_NOT_FOUND",
    );
  });

  it("is not what a seller claims of it", async () => {
    const claimed = {
      ...world.eventIn(minutes(60)),
      eventId: randomUUID(),
      timeZone: "Mars/Base",
      cancelled: true,
    };
    const { ticket } = await world.sellers().createTicket(offer(claimed));
    expect(ticket?.event).toMatchObject({ timeZone: "Europe/Oslo", cancelled: false });
    expect(eventIdOf(ticket)).not.toBe(claimed.eventId);
  });

  it("cannot be one that is cancelled", async () => {
    const known = await listed();
    await cancel(known);
    expect(await reason(world.sellers().createTicket(offer(undefined, eventIdOf(known))))).toBe(
      "EVENT_CANCELLED",
    );
    const { title, venue, city, startTime } = known.event ?? {};
    const written = { title, venue, city, startTime };
    expect(await reason(world.sellers().createTicket(offer(written)))).toBe("EVENT_CANCELLED");
  });

  it("is exchanged by an edit", async () => {
    const [ticket, other] = [await listed(), await listed()];
    const change = { ticketId: ticket.id, version: ticket.version, eventId: eventIdOf(other) };
    const { ticket: edited } = await world.sellers().updateTicket(change);
    expect(edited?.event).toEqual(other.event);
  });

  it("is found later if the events service was away", async () => {
    world.directory.control.isAway = true;
    const ticket = await listed();
    expect(eventIdOf(ticket)).toBe("");
    await world.findMissingEvents();
    expect(eventIdOf(await now(ticket))).toBe("");
    world.directory.control.isAway = false;
    await world.findMissingEvents();
    const found = await now(ticket);
    expect(found?.event).toMatchObject({ timeZone: "Europe/Oslo", title: ticket.event?.title });
    expect(eventIdOf(found)).not.toBe("");
    await world.findMissingEvents();
    expect((await now(ticket))?.version).toBe(found?.version);
  });
});

describe("an event that is moved", () => {
  const later = () => new Date(world.control.now + minutes(900));

  it("moves its tickets, which say from when, once", async () => {
    const ticket = await listed();
    const startTime = later();
    world.directory.change(eventIdOf(ticket), { startTime });
    await world.heard(eventIdOf(ticket));
    const moved = await now(ticket);
    expect(startOf(moved)).toBe(startTime.getTime());
    expect(moved?.event?.formerStartTime).toEqual(ticket.event?.startTime);
    await world.heard(eventIdOf(ticket));
    expect((await now(ticket))?.version).toBe(moved?.version);
  });

  it("leaves a lock its price and deadline", async () => {
    const ticket = await listed();
    const { ticket: locked } = await world.locks().lockTicket(wish(ticket));
    world.directory.change(eventIdOf(ticket), { startTime: later() });
    await world.heard(eventIdOf(ticket));
    const { lock, price: kept, event } = (await now(ticket)) ?? {};
    expect(lock?.expireTime).toEqual(locked?.lock?.expireTime);
    expect(kept).toEqual(ticket.price);
    expect(event?.startTime).toEqual(timestampFromDate(later()));
  });

  it("leaves a lock to its buyer also when it is brought forward and begins", async () => {
    const ticket = await listed();
    const { ticket: locked } = await world.locks().lockTicket(wish(ticket));
    world.directory.change(eventIdOf(ticket), { startTime: new Date(world.control.now + 1_000) });
    await world.heard(eventIdOf(ticket));
    world.control.now += 1_000;
    expect(await now(ticket)).toMatchObject({ status: TicketStatus.LOCKED, lock: locked?.lock });
    world.control.now += minutes(15);
    expect((await now(ticket))?.status).toBe(TicketStatus.EXPIRED);
  });

  it("stays moved when older news come late", async () => {
    const ticket = await listed();
    const eventId = eventIdOf(ticket);
    const before = await world.directory.find(eventId);
    world.directory.change(eventId, { startTime: later() });
    await world.heard(eventId);
    await world.heard(eventId, before);
    expect(startOf(await now(ticket))).toBe(later().getTime());
  });

  it("also moves what was being listed meanwhile", async () => {
    const known = await listed();
    world.directory.control.meanwhile = async () => {
      world.directory.change(eventIdOf(known), { startTime: later() });
      await world.heard(eventIdOf(known));
    };
    const { ticket } = await world.sellers().createTicket(offer(undefined, eventIdOf(known)));
    expect(startOf(ticket)).toBe(later().getTime());
  });

  it("takes more tickets along than a page has", async () => {
    const known = await listed();
    const tickets = [];
    for (let n = 0; n < 70; n++) {
      const seller = world.sellers({ user: randomUUID() });
      tickets.push((await seller.createTicket(offer(undefined, eventIdOf(known)))).ticket);
    }
    world.directory.change(eventIdOf(known), { startTime: later() });
    await world.heard(eventIdOf(known));
    for (const ticket of tickets) expect(startOf(await now(ticket as Ticket))).toBe(later().getTime());
  });
});

describe("what the stream says", () => {
  const known = async (subject: string, event: MessageInitShape<typeof EventEventSchema>) => {
    const asked = new Set<string>();
    const find = async (eventId: string) => {
      asked.add(eventId);
      return world.directory.find(eventId);
    };
    const deps = { tickets: world.tickets, directory: { find }, clock: () => new Date(world.control.now) };
    const payload = toBinary(EventEventSchema, create(EventEventSchema, event));
    await onEventEvent(deps)({ subject, payload });
    return [...asked];
  };

  it("of a change of an event is looked up, and of what changes no ticket is not", async () => {
    const id = eventIdOf(await listed());
    const [rescheduled, proposed, absorbed] = [
      { case: "eventRescheduled" as const, value: {} },
      { case: "eventProposed" as const, value: {} },
      { case: "eventAbsorbed" as const, value: {} },
    ];
    expect(await known("evt.events.v1.event_rescheduled.x", { id, transition: rescheduled })).toEqual([id]);
    expect(await known("evt.events.v1.event_proposed.x", { id, transition: proposed })).toEqual([]);
    expect(await known("evt.events.v1.event_absorbed.x", { id, transition: absorbed })).toEqual([]);
    expect(await known("evt.events.v1.venue_proposed.x", { id, transition: rescheduled })).toEqual([]);
  });
});

it("an event that is merged into another brings its tickets there", async () => {
  const [ticket, into] = [await listed(), await listed()];
  world.directory.merge(eventIdOf(ticket), eventIdOf(into));
  await world.heard(eventIdOf(ticket));
  expect((await now(ticket))?.event?.eventId).toBe(eventIdOf(into));
});

describe("an event that is cancelled", () => {
  it("takes what nobody holds off sale", async () => {
    const ticket = await listed();
    await cancel(ticket);
    expect(await now(ticket)).toMatchObject({ status: TicketStatus.WITHDRAWN, event: { cancelled: true } });
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("TICKET_WITHDRAWN");
  });

  it("leaves a lock to its order, and nobody has the ticket after it", async () => {
    const ticket = await listed();
    const request = wish(ticket);
    await world.locks().lockTicket(request);
    await cancel(ticket);
    expect((await now(ticket))?.status).toBe(TicketStatus.LOCKED);
    await world.workflows().unlockTicket({ ...request, reason: TicketUnlockReason.CANCELLED });
    expect((await now(ticket))?.status).toBe(TicketStatus.WITHDRAWN);
  });

  it("lets nobody in when a lock has lapsed", async () => {
    const ticket = await listed();
    await world.locks().lockTicket(wish(ticket));
    await cancel(ticket);
    world.control.now += minutes(16);
    expect((await now(ticket))?.status).toBe(TicketStatus.WITHDRAWN);
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("EVENT_CANCELLED");
  });

  it("withdraws what comes back from a sale", async () => {
    const ticket = await listed();
    const request = wish(ticket);
    await world.locks().lockTicket(request);
    await world.workflows().sellTicket(request);
    await cancel(ticket);
    expect((await now(ticket))?.status).toBe(TicketStatus.SOLD);
    await world.workflows().relistTicket(request);
    expect((await now(ticket))?.status).toBe(TicketStatus.WITHDRAWN);
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("TICKET_WITHDRAWN");
  });

  it("names the orders that hold or have bought, until they let go", async () => {
    const held = await listed();
    const eventId = eventIdOf(held);
    const others = await Promise.all(
      [1, 2].map(
        async () => (await world.sellers().createTicket(offer(undefined, eventId))).ticket as Ticket,
      ),
    );
    const [first = held, second = held] = others;
    const holds = wish(held);
    const buys = wish(first);
    await world.locks().lockTicket(holds);
    await world.locks().lockTicket(buys);
    await world.workflows().sellTicket(buys);
    expect((await orders(eventId)).frozen).toBe(false);
    expect((await now(second))?.status).toBe(TicketStatus.AVAILABLE);

    // Nobody has told the tickets: the question does.
    world.directory.change(eventId, { cancelled: true });
    const answer = await orders(eventId);
    expect(answer.frozen).toBe(true);
    expect((await now(second))?.status).toBe(TicketStatus.WITHDRAWN);
    expect(answer.orders.map(({ orderId, sold }) => [orderId, sold]).sort()).toEqual(
      [
        [holds.orderId, false],
        [buys.orderId, true],
      ].sort(),
    );
    await world.workflows().unlockTicket({ ...holds, reason: TicketUnlockReason.CANCELLED });
    await world.workflows().relistTicket(buys);
    expect((await orders(eventId)).orders).toEqual([]);
  });

  it("is asked for by nobody else", async () => {
    const ticket = await listed();
    const call = world.locks({ service: "orders" }).listOrdersOfEvent({ eventId: eventIdOf(ticket) });
    await expect(call).rejects.toThrow();
  });
});
