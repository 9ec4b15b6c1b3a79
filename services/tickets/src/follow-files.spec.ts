import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { TicketFileEventSchema } from "@ticketing/proto/deliveries/v1/ticket_file_events";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { minutes, openTicketWorld, price, type TicketWorld, wish } from "../testing/ticket-world.ts";
import { onTicketFileEvent } from "./follow-files.ts";

let world: TicketWorld;
const seller = randomUUID();
beforeAll(async () => {
  world = await openTicketWorld();
}, 60_000);
afterAll(() => world?.close());

async function listed() {
  const { ticket } = await world.sellers({ user: seller }).createTicket({
    ...{ requestId: randomUUID(), title: "Two seats", category: Category.CONCERT },
    ...{ event: world.eventIn(minutes(600)), seat: {}, price },
  });
  if (!ticket) throw new Error("no ticket");
  return ticket;
}

const told = (id: string, version: bigint, ready: boolean) =>
  onTicketFileEvent({ tickets: world.tickets, clock: () => new Date() })({
    payload: toBinary(
      TicketFileEventSchema,
      create(TicketFileEventSchema, { id, version, state: { id, version, ready } }),
    ),
  });
const seen = async (ticketId: string) =>
  (await world.sellers({ user: seller }).getTicket({ ticketId })).ticket;

it("a ticket says whether its file is there, by the newest news, in whatever order they come", async () => {
  const { id } = await listed();
  expect((await seen(id))?.instant).toBe(false);
  await told(id, 2n, true);
  expect((await seen(id))?.instant).toBe(true);
  await told(id, 4n, false);
  await told(id, 3n, true);
  expect((await seen(id))?.instant).toBe(false);

  const other = await listed();
  await told(other.id, 3n, false);
  await told(other.id, 2n, true);
  expect((await seen(other.id))?.instant).toBe(false);
});

it("each version that news of a file make has an event, and a file that was only begun makes none", async () => {
  const { id, version } = await listed();
  const stored = async () => {
    const { version: last, history } = await world.tickets.get(id);
    return { version: last, announced: history.at(-1)?.version };
  };
  await told(id, 1n, false);
  expect(await stored()).toEqual({ version: Number(version), announced: Number(version) });
  for (const [of, ready] of [
    [2n, true],
    [3n, true],
    [5n, false],
    [6n, true],
  ] as const) {
    await told(id, of, ready);
    const { version: last, announced } = await stored();
    expect(announced).toBe(last);
  }
});

it("news of a file change nothing of a lock", async () => {
  const ticket = await listed();
  const order = wish(ticket);
  await world.locks().lockTicket(order);
  await told(ticket.id, 2n, true);
  const { ticket: again } = await world.locks().lockTicket(order);
  expect(again).toMatchObject({ instant: true, lock: { orderId: order.orderId } });
});
