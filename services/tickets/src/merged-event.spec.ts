import { randomUUID } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, price, type TicketWorld, wish } from "../testing/ticket-world.ts";
import { followOne } from "./follow-events.ts";

let world: TicketWorld;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());

/** A ticket of an event of its own. */
async function listed(): Promise<Ticket> {
  const event = { ...world.eventIn(minutes(600)), title: randomUUID() };
  const offer = { requestId: randomUUID(), title: "Two seats", category: Category.CONCERT, seat: {}, price };
  const { ticket } = await world.sellers().createTicket({ ...offer, event });
  if (!ticket) throw new Error("no ticket");
  return ticket;
}

const eventIdOf = (ticket: Ticket | undefined) => ticket?.event?.eventId ?? "";
const now = (ticket: Ticket) => world.ticket(ticket.id);
const later = () => new Date(world.control.now + minutes(900));
const startOf = (ticket: Ticket | undefined) =>
  ticket?.event?.startTime && timestampDate(ticket.event.startTime);
const orders = (eventId: string) =>
  world.workflows().listOrdersOfEvent({ eventId, pageSize: 100, pageToken: "" });

/** News of an event that were looked up in time, and between whose look and write something else happens. */
async function heardLate(eventId: string, meanwhile: () => Promise<unknown>): Promise<void> {
  const { tickets, directory, control } = world;
  const slow: typeof tickets = {
    ...tickets,
    async update(...args) {
      await meanwhile();
      return tickets.update(...args);
    },
  };
  await followOne({ tickets: slow, directory, clock: () => new Date(control.now) }, eventId);
}

/** Takes place at the next look at an event, before its answer is there. */
const amidNextLook = (act: () => Promise<unknown>) => {
  world.directory.control.meanwhile = act;
};

describe("a ticket whose event is merged into another", () => {
  it("stays there when older news of the merged event are written late", async () => {
    const [ticket, into] = [await listed(), await listed()];
    world.directory.change(eventIdOf(ticket), { startTime: later() });
    await heardLate(eventIdOf(ticket), async () => {
      world.directory.merge(eventIdOf(ticket), eventIdOf(into));
      await world.heard(eventIdOf(ticket));
    });
    expect(eventIdOf(await now(ticket))).toBe(eventIdOf(into));
  });

  it("stays at the event that its seller chose when news of the former one are written late", async () => {
    const [ticket, other] = [await listed(), await listed()];
    world.directory.change(eventIdOf(ticket), { startTime: later() });
    await heardLate(eventIdOf(ticket), () =>
      world
        .sellers()
        .updateTicket({ ticketId: ticket.id, version: ticket.version, eventId: eventIdOf(other) }),
    );
    expect((await now(ticket))?.event).toEqual(other.event);
  });

  it("learns what became of the other one on its way there", async () => {
    const [ticket, into] = [await listed(), await listed()];
    world.directory.merge(eventIdOf(ticket), eventIdOf(into));
    amidNextLook(async () => {
      world.directory.change(eventIdOf(into), { startTime: later() });
      await world.heard(eventIdOf(into));
    });
    await world.heard(eventIdOf(ticket));
    expect(startOf(await now(ticket))).toEqual(later());
  });

  it("learns it also if the process died on the way, by the repeat", async () => {
    const [ticket, into] = [await listed(), await listed()];
    const atTheLook = await world.directory.find(eventIdOf(into));
    world.directory.merge(eventIdOf(ticket), eventIdOf(into));
    world.directory.change(eventIdOf(into), { startTime: later() });
    await world.heard(eventIdOf(into));
    await world.heard(eventIdOf(ticket), atTheLook);
    expect(startOf(await now(ticket))).not.toEqual(later());
    await world.heard(eventIdOf(ticket));
    expect(startOf(await now(ticket))).toEqual(later());
  });
});

describe("the orders of an event that is merged into another", () => {
  /** A ticket that an order holds, of an event that was merged, and the one that holds in its place. */
  async function merged() {
    const [ticket, into] = [await listed(), await listed()];
    const held = wish(ticket);
    await world.locks().lockTicket(held);
    world.directory.merge(eventIdOf(ticket), eventIdOf(into));
    return { eventId: eventIdOf(ticket), into: eventIdOf(into), held };
  }

  it("are those of the other one, once that is cancelled", async () => {
    const { eventId, into, held } = await merged();
    world.directory.change(into, { cancelled: true });
    const { orders: found, frozen, cancelled } = await orders(eventId);
    expect({ frozen, cancelled }).toEqual({ frozen: true, cancelled: true });
    expect(found.map(({ orderId }) => orderId)).toEqual([held.orderId]);
  });

  it("are listed for the other one from the moment on when it is said to take place", async () => {
    const { eventId, into, held } = await merged();
    expect(await orders(eventId)).toMatchObject({ frozen: false, cancelled: false });
    world.directory.change(into, { cancelled: true });
    expect((await orders(into)).orders.map(({ orderId }) => orderId)).toEqual([held.orderId]);
  });

  it("are not said to be in good order if it was cancelled while their tickets came there", async () => {
    const { eventId, into } = await merged();
    amidNextLook(async () => {
      world.directory.change(into, { cancelled: true });
      expect((await orders(into)).orders).toEqual([]);
    });
    expect(await orders(eventId)).toMatchObject({ frozen: true, cancelled: true });
  });
});
