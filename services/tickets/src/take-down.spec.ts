import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  OffSaleReason,
  type Ticket,
  TicketStatus,
  TicketUnlockReason,
} from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, reason, type TicketWorld, wish } from "../testing/ticket-world.ts";

let world: TicketWorld;
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());

const operator = () => world.sellers({ user: "op", roles: ["operator"] });
const takeDown = ({ id }: Pick<Ticket, "id">, why = "a copy") =>
  operator().takeDownTicket({ ticketId: id, reason: why });
const status = async (ticketId: string) => (await world.ticket(ticketId))?.status;

describe("a ticket that an operator takes down", () => {
  it("is off sale for good, and its seller reads why", async () => {
    const ticket = await world.listed();
    expect((await takeDown(ticket)).ticket).toMatchObject({ offSaleReason: 0, offSaleNote: "" });
    expect(await reason(world.locks().lockTicket(wish(ticket)))).toBe("TICKET_WITHDRAWN");
    const seen = await world.ticket(ticket.id);
    expect(seen).toMatchObject({
      ...{ status: TicketStatus.WITHDRAWN, offSaleReason: OffSaleReason.TAKEN_DOWN, offSaleNote: "a copy" },
    });
    const change = { ticketId: ticket.id, version: seen?.version ?? 0n, title: "New" };
    expect(await reason(world.sellers().updateTicket(change))).toBe("TICKET_WITHDRAWN");
  });

  it("stays with the order that holds it, and is off sale after that", async () => {
    const request = await world.locked();
    await takeDown({ id: request.ticketId });
    expect(await status(request.ticketId)).toBe(TicketStatus.LOCKED);
    await world.workflows().unlockTicket({ ...request, reason: TicketUnlockReason.CANCELLED });
    expect(await status(request.ticketId)).toBe(TicketStatus.WITHDRAWN);
  });

  it("is locked by nobody when a lock of it has lapsed", async () => {
    const request = await world.locked();
    await takeDown({ id: request.ticketId });
    world.control.now += minutes(16);
    const seen = await world.ticket(request.ticketId);
    expect(seen?.status).toBe(TicketStatus.WITHDRAWN);
    if (seen) expect(await reason(world.locks().lockTicket(wish(seen)))).toBe("TICKET_WITHDRAWN");
  });

  it("is sold to who holds it, and does not come back from a refund", async () => {
    const request = await world.locked();
    await takeDown({ id: request.ticketId });
    expect(await reason(world.workflows().sellTicket(request))).toBe("done");
    await world.workflows().relistTicket(request);
    expect(await status(request.ticketId)).toBe(TicketStatus.WITHDRAWN);
  });

  it("is taken down once: a repeat keeps the first reason", async () => {
    const ticket = await world.listed();
    await takeDown(ticket);
    await takeDown(ticket, "another reason");
    expect((await world.ticket(ticket.id))?.offSaleNote).toBe("a copy");
  });
});

it("what is sold or withdrawn cannot be taken down, and nobody but operators takes anything down", async () => {
  const request = await world.locked();
  await world.workflows().sellTicket(request);
  expect(await reason(takeDown({ id: request.ticketId }))).toBe("TICKET_SOLD");
  const ticket = await world.listed();
  const call = { ticketId: ticket.id, reason: "mine" };
  expect(await reason(world.sellers().takeDownTicket(call))).toBe("ROLE_REQUIRED");
  await world.sellers().withdrawTicket({ ticketId: ticket.id, version: 1n });
  expect(await reason(takeDown(ticket))).toBe("TICKET_WITHDRAWN");
});
