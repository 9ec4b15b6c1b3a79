import { randomUUID } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Category, type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, price, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";

let world: TicketWorld;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());
afterEach(() => {
  world.directory.control.isAway = false;
});

const offer = (more: object) => ({
  ...{ requestId: randomUUID(), title: "Two seats", category: Category.CONCERT, seat: {}, price },
  ...more,
});
const listed = async (more: object = { event: { ...world.eventIn(minutes(600)), title: randomUUID() } }) => {
  const { ticket } = await world.sellers().createTicket(offer(more));
  if (!ticket) throw new Error("no ticket");
  return ticket;
};
const eventIdOf = (ticket: Ticket | undefined) => ticket?.event?.eventId ?? "";
const startOf = (ticket: Ticket | undefined) =>
  ticket?.event?.startTime && timestampDate(ticket.event.startTime);
const later = () => new Date(world.control.now + minutes(900));
const now = (ticket: Ticket) => world.ticket(ticket.id);
const isUnsure = async (ticket: Ticket) => (await world.tickets.get(ticket.id)).eventUnsure;

/**
 * A ticket of an event that changed between the look at it and the write of the ticket, and whose news came before that
 * write. Its process died with the write.
 */
async function orphan(changes: Parameters<TicketWorld["directory"]["change"]>[1]): Promise<Ticket> {
  const eventId = eventIdOf(await listed());
  world.directory.control.meanwhile = async () => {
    world.directory.change(eventId, changes);
    await world.heard(eventId);
    world.directory.control.isAway = true;
  };
  const ticket = await listed({ eventId });
  world.directory.control.isAway = false;
  return ticket;
}

/** Another process looks after what was left. */
async function minuteOfAnother(): Promise<void> {
  world.control.now += minutes(1);
  await world.findMissingEvents(world.another);
}

describe("a ticket whose process died before it looked at its event again", () => {
  it("is moved with its event by another process", async () => {
    const startTime = later();
    const ticket = await orphan({ startTime });
    expect(startOf(await now(ticket))).not.toEqual(startTime);
    await minuteOfAnother();
    expect(startOf(await now(ticket))).toEqual(startTime);
  });

  it("is locked by nobody whose event was cancelled", async () => {
    const ticket = await orphan({ cancelled: true });
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("TICKET_WITHDRAWN");
    expect((await now(ticket))?.status).toBe(TicketStatus.WITHDRAWN);
  });

  it("is locked by nobody while nobody knows", async () => {
    const ticket = await orphan({ cancelled: true });
    world.directory.control.isAway = true;
    await expect(world.locks().lockTicket(wish(ticket))).rejects.toThrow();
    expect((await now(ticket))?.status).toBe(TicketStatus.AVAILABLE);
  });

  it("is moved also if its seller had taken it to that event", async () => {
    const [ticket, other] = [await listed(), await listed()];
    const startTime = later();
    world.directory.control.meanwhile = async () => {
      world.directory.change(eventIdOf(other), { startTime });
      await world.heard(eventIdOf(other));
      world.directory.control.isAway = true;
    };
    const edit = { ticketId: ticket.id, version: ticket.version, eventId: eventIdOf(other) };
    await world.sellers().updateTicket(edit);
    world.directory.control.isAway = false;
    await minuteOfAnother();
    expect(startOf(await now(ticket))).toEqual(startTime);
  });

  it("is brought to what holds in its event's place, as that is by then", async () => {
    const [into, eventId] = [eventIdOf(await listed()), eventIdOf(await listed())];
    const startTime = later();
    world.directory.control.meanwhile = async () => {
      world.directory.merge(eventId, into);
      // The next look finds the other one before it is moved.
      world.directory.control.meanwhile = async () => {
        world.directory.change(into, { startTime });
        await world.heard(into);
      };
    };
    const ticket = await listed({ eventId });
    expect(eventIdOf(ticket)).toBe(into);
    expect(startOf(ticket)).toEqual(startTime);
  });
});

it("a ticket that finds its event late follows it also if it is moved at that moment", async () => {
  world.directory.control.isAway = true;
  const ticket = await listed();
  world.directory.control.isAway = false;
  const { eventId } = (
    await world.directory.resolve({ ...(await world.tickets.get(ticket.id)).event }, Category.CONCERT)
  ).event;
  const startTime = later();
  const { tickets } = world;
  const update = jest.spyOn(tickets, "update").mockImplementationOnce(async (...args) => {
    update.mockRestore();
    world.directory.change(eventId, { startTime });
    await world.heard(eventId);
    return tickets.update(...args);
  });
  await world.findMissingEvents();
  expect(startOf(await now(ticket))).toEqual(startTime);
});

describe("what a process is sure of", () => {
  it("is noted in the tickets once for many, which asks nobody again", async () => {
    const ticket = await listed();
    expect(await isUnsure(ticket)).toBe(true);
    await world.findMissingEvents();
    expect(await isUnsure(ticket)).toBeUndefined();
    expect((await now(ticket))?.version).toBe(ticket.version);
    world.directory.control.isAway = true;
    await minuteOfAnother();
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("done");
  });

  it("lets its buyers in before that is noted", async () => {
    const ticket = await listed();
    world.directory.control.isAway = true;
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("done");
    expect(await isUnsure(ticket)).toBeUndefined();
    await world.findMissingEvents();
    expect((await now(ticket))?.status).toBe(TicketStatus.LOCKED);
  });
});
