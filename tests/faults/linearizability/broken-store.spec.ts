import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { TicketLockService } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { clientOf } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { defaultFees } from "@ticketing/runtime/values/fees-config";
import { createBuyerLockStore } from "@ticketing/tickets/buyer-lock-store";
import { ticketAggregate } from "@ticketing/tickets/ticket-aggregate";
import { createTicketLockService } from "@ticketing/tickets/ticket-lock-service";
import { createTicketService } from "@ticketing/tickets/ticket-service";
import fc from "fast-check";
import type { Collection, Db } from "mongodb";
import { newListing } from "../../support/stories.ts";
import { isLinearizable } from "./checker.ts";
import { initial } from "./model.ts";
import { programs, type Replica, record, TICKETS } from "./record.ts";

let database: Database;
beforeAll(async () => {
  database = await openSpecDatabase();
}, 60_000);
afterAll(() => database?.close());

/** A database whose writes no longer ask whether somebody wrote meanwhile. */
function withoutVersionFilter(db: Db): Db {
  const careless = (collection: Collection) =>
    new Proxy(collection, {
      get(target, name) {
        if (name !== "replaceOne")
          return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
        return ({ _id }: { _id: never }, next: object) => target.replaceOne({ _id }, next);
      },
    });
  return { collection: (name: string) => careless(db.collection(name)) } as unknown as Db;
}

async function replicaOn(db: Db): Promise<Replica> {
  const tickets = await ticketAggregate.store(db);
  const clock = () => new Date();
  const policy = {
    durationMs: 900_000,
    relockWaitMs: 30_000,
    limit: 100,
    lapseLimit: 100,
    lapseWindowMs: 1,
    cooldownMs: 1,
  };
  const buyers = await createBuyerLockStore(db);
  const room = { requireRoom: () => undefined, requireListingRoom: () => undefined };
  const away = async () => {
    throw new Error("no events service here");
  };
  const directory = { find: away, resolve: away };
  const settling = { settle: async <T>(ticket: T) => ticket };
  const listingLimit = { take: () => undefined };
  const locks = createTicketLockService({
    ...{ tickets, directory, settling, buyers, policy, fees: defaultFees, room, clock },
  });
  const as = (service: string) => clientOf(TicketLockService, locks, { service });
  const log = { warn: () => undefined };
  const listings = createTicketService({
    ...{ tickets, directory, settling, room, buyers, listingLimit, fees: defaultFees, clock, log },
  });
  const seller = clientOf(TicketService, listings, { user: "seller" });
  return { orders: as("orders"), workflows: as("workflows"), seller };
}

async function list(seller: ReturnType<typeof clientOf<typeof TicketService>>): Promise<string> {
  const { ticket } = await seller.createTicket({ ...newListing(), requestId: randomUUID() });
  if (!ticket) throw new Error("no ticket");
  return ticket.id;
}

/** How many of so many histories sequential tickets could not have given. */
async function wrongHistories(db: Db, runs: number): Promise<number> {
  const replicas = await Promise.all([replicaOn(db), replicaOn(db)]);
  const seller = replicas[0]?.seller as ReturnType<typeof clientOf<typeof TicketService>>;
  let wrong = 0;
  for (const plan of fc.sample(programs, runs)) {
    const ids = await Promise.all(Array.from({ length: TICKETS }, () => list(seller)));
    const calls = await record(replicas, ids, plan);
    if (!isLinearizable(initial(4_500, TICKETS), calls)) wrong++;
  }
  return wrong;
}

it("histories of the store are those of sequential tickets; without its version filter they are not", async () => {
  expect(await wrongHistories(database.db, 15)).toBe(0);
  expect(await wrongHistories(withoutVersionFilter(database.db), 30)).toBeGreaterThan(0);
}, 60_000);
