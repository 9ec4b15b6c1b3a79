import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { clientOf, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { defaultFees } from "@ticketing/runtime/values/fees-config";
import { createBuyerLockStore } from "../src/buyer-lock-store.ts";
import type { KnownEvent } from "../src/event-directory.ts";
import { findAll } from "../src/find-missing-events.ts";
import { followOne } from "../src/follow-events.ts";
import { followUser } from "../src/follow-users.ts";
import { createEventSettling } from "../src/settle-events.ts";
import { ticketAggregate } from "../src/ticket-aggregate.ts";
import { createTicketLockService } from "../src/ticket-lock-service.ts";
import { createTicketService } from "../src/ticket-service.ts";
import type { UserStanding } from "../src/user-standing.ts";
import { createSpecDirectory } from "./spec-directory.ts";

export const minutes = (n: number) => n * 60_000;
export const price = { minorUnits: 4_500n, currency: "USD" };

/** The reason that a call was refused with, undefined for a failure without one, or "done". */
export const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);

/** What an order asks of tickets. */
export const wish = (ticket: Ticket, buyerId: string = randomUUID(), orderId: string = randomUUID()) => ({
  ticketId: ticket.id,
  orderId,
  buyerId,
  expectedPrice: price,
});

export type TicketWorld = Awaited<ReturnType<typeof openTicketWorld>>;

/** Both APIs of tickets over a database of their own. A lock lasts a quarter of an hour, a buyer holds two. */
export async function openTicketWorld() {
  const database = await openSpecDatabase();
  /** What a spec sets: the clock, and what happens to writes. */
  const control = {
    /** Epoch milliseconds. */
    now: Date.UTC(2030, 0, 1),
    /** What happens to the next write of a ticket: the process dies before it, or its answer is lost. */
    dies: undefined as "before" | "after" | undefined,
    /** Whether the broker has no room for the events of one more order. */
    isFull: false,
    /** Whether it has none for listings. */
    listingsEnd: false,
    /** How many reads of a ticket, for a call that may change it, have ended. */
    reads: 0,
    /** How long the next write of a ticket takes. */
    writeMs: 0,
    /** Runs once, before the next write of a ticket. */
    meanwhile: undefined as (() => Promise<unknown>) | undefined,
    /** Runs once, before the next ticket is listed. */
    beforeInsert: undefined as (() => Promise<unknown>) | undefined,
    /** Runs before and after every write of a ticket or of a buyer's slots that it does not cause itself. */
    atEveryStep: undefined as (() => Promise<unknown>) | undefined,
  };

  async function step(): Promise<void> {
    const { atEveryStep } = control;
    control.atEveryStep = undefined;
    await atEveryStep?.();
    control.atEveryStep = atEveryStep;
  }

  const clock = () => new Date(control.now);
  const store = await ticketAggregate.store(database.db);
  const tickets: typeof store = {
    ...store,
    async insert(ticket) {
      const { beforeInsert } = control;
      control.beforeInsert = undefined;
      await beforeInsert?.();
      return store.insert(ticket);
    },
    async get(id) {
      const ticket = await store.get(id);
      control.reads += 1;
      return ticket;
    },
    async update(id, change, read) {
      const { dies: death, meanwhile } = control;
      control.dies = undefined;
      control.meanwhile = undefined;
      await meanwhile?.();
      await step();
      if (death === "before") throw new Error("the process died");
      const ticket = await store.update(id, change, read);
      control.now += control.writeMs;
      control.writeMs = 0;
      await step();
      if (death === "after") throw new Error("the process died");
      return ticket;
    },
  };
  const slots = await createBuyerLockStore(database.db);
  const buyers: typeof slots = {
    find: slots.find,
    async update(buyerId, change) {
      await step();
      await slots.update(buyerId, change);
      await step();
    },
  };
  const policy = {
    durationMs: minutes(15),
    relockWaitMs: minutes(0.5),
    limit: 2,
    lapseLimit: 3,
    lapseWindowMs: minutes(60),
    cooldownMs: minutes(15),
  };
  const room = {
    requireRoom() {
      if (control.isFull) throw new DomainError("EVENTS_FULL", "full", {}, minutes(1));
    },
    requireListingRoom() {
      if (control.listingsEnd) throw new DomainError("EVENTS_FULL", "full", {}, minutes(1));
    },
  };
  const fees = defaultFees;
  const directory = createSpecDirectory();
  const settling = createEventSettling({ tickets, directory, clock });
  /** What a process that has died was sure of is lost. */
  const another = createEventSettling({ tickets: store, directory, clock });
  const listingLimit = createRateLimit({ count: 100, windowMs: minutes(60) }, clock);
  const lockService = createTicketLockService({
    ...{ tickets, directory, settling, buyers, policy, fees, room, clock },
  });
  const secondReplica = createTicketLockService({
    tickets: store,
    directory,
    settling: another,
    buyers: slots,
    policy,
    fees,
    room,
    clock,
  });
  const log = { warn: () => undefined };
  const ticketService = createTicketService({
    ...{ tickets, directory, settling, room, buyers, listingLimit, fees, clock, log },
  });
  const locks = (caller: SpecCaller = { service: "orders" }) =>
    clientOf(TicketLockService, lockService, caller);
  /** What an order asks of another replica, amid a call of the first. */
  const elsewhere = () => clientOf(TicketLockService, secondReplica, { service: "orders" });
  const sellers = (caller: SpecCaller = { user: "seller" }) => clientOf(TicketService, ticketService, caller);

  /** An event that begins after so many milliseconds. */
  const eventIn = (ms: number) => ({
    title: "Jazz",
    venue: "Hall",
    city: "Oslo",
    startTime: timestampFromDate(new Date(control.now + ms)),
  });

  async function listed(beginsInMs = minutes(600)): Promise<Ticket> {
    const { ticket } = await sellers().createTicket({
      requestId: randomUUID(),
      title: "Jazz",
      category: Category.CONCERT,
      event: eventIn(beginsInMs),
      seat: {},
      price,
    });
    if (!ticket) throw new Error("no ticket");
    return ticket;
  }

  /** A ticket that an order holds. */
  async function locked(buyerId?: string, beginsInMs?: number) {
    const request = wish(await listed(beginsInMs), buyerId);
    await locks().lockTicket(request);
    return request;
  }

  return {
    control,
    directory,
    tickets: store,
    /** As the stream EVENTS has it: something became of this event; `known` is what it is then said to be. */
    heard: (eventId: string, known?: KnownEvent) =>
      followOne(
        { tickets: store, directory: known ? { find: async () => known } : directory, clock },
        eventId,
      ),
    /** As the stream USERS has it: an operator suspended a user, or let them sell and buy again. */
    judged: (userId: string, standing: UserStanding) =>
      followUser({ tickets: store, buyers: slots, clock }, userId, standing),
    /** What the loop does in a second, of this process or of another one. */
    findMissingEvents: (by = settling) => findAll({ tickets: store, directory, settling: by, clock, log }),
    another,
    locks,
    elsewhere,
    workflows: () => locks({ service: "workflows" }),
    sellers,
    eventIn,
    listed,
    locked,
    /** A buyer asks for some ticket: the refusal, or "done". */
    buys: async (buyerId: string) => reason(locks().lockTicket(wish(await listed(), buyerId))),
    ticket: async (ticketId: string) => (await sellers().getTicket({ ticketId })).ticket,
    close: database.close,
  };
}
