import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type JetStreamClient, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { ListingState } from "@ticketing/catalog/projection/listing-state";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { SNAPSHOTS } from "@ticketing/catalog/snapshots/snapshots";
import { takeSnapshot } from "@ticketing/catalog/snapshots/take-snapshot";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { openFileStore } from "@ticketing/runtime/events/file-store";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { startNats } from "@ticketing/servers/nats";
import { table } from "../../support/load/table.ts";
import { startChild } from "../child-process.ts";
import { fillProjection, listingOf } from "../made-up-listings.ts";
import type { CaughtUp, Replayed } from "../replaying.ts";
import { amount, type Row } from "../row.ts";

/** Of each ticket: listed, locked, and sold or unlocked. */
const EVENTS_OF_TICKET = 3;
const TICKETS = 100_000;
const LISTINGS = 1_000_000;
/** So many events came after the snapshot. */
const TAIL = 10_000;
/** So many tickets change while a replica that serves does not run. */
const MISSED = 10_000;
const IN_FLIGHT = 512;
const LOCK_MS = 900_000;

/**
 * A new replica of search: by the events of its stream from the first on, and from a snapshot with the events after it;
 * and one that serves while it takes what it missed.
 */
export const replay: Row = {
  name: "replay",
  async measure(bench) {
    const folder = await mkdtemp(join(tmpdir(), "ticketing-replay-"));
    // What is measured reads: the disk need not have an event before the next one is published.
    const server = await startNats({ dir: folder, sync: "2m" });
    const connection = await connectBroker({ natsUrl: server.url, name: "bench" });
    try {
      const manager = await jetstreamManager(connection);
      for (const [name, source] of Object.entries({ USERS: "auth", TICKETS: "tickets", EVENTS: "events" }))
        await manager.streams.add({ name, subjects: [`evt.${source}.>`] });
      const tickets = amount(bench, TICKETS);
      const events = EVENTS_OF_TICKET * tickets;
      await publishLives(jetstream(connection), { from: 0, to: tickets });
      const [replayed, behind] = await openAndStop(connection, {
        ...{ natsUrl: server.url, folder: join(folder, "replayed") },
        tickets,
      });
      const listings = amount(bench, LISTINGS);
      const sequence = events + EVENTS_OF_TICKET * MISSED - TAIL;
      await giveSnapshot(connection, { file: join(folder, "source.db"), listings, sequence });
      const restored = await open(server.url, join(folder, "restored"));
      const perSecond = (1_000 * events) / replayed.ms;
      return {
        figures: {
          "replay.events_per_s": perSecond,
          "replay.event_cpu_ms": replayed.cpuMs / events,
          "replay.blocked_ms": replayed.blockedMs,
          "replay.behind_blocked_ms": behind.blockedMs,
          // Of fewer listings it says nothing about the target.
          ...(listings === LISTINGS && { "replay.snapshot_1m_s": restored.readyMs / 1_000 }),
        },
        text: `${table([
          ["A new replica of search", "s", "events/s", "CPU s", "blocked for ms"],
          row(`from ${events} events`, replayed, perSecond.toFixed(0)),
          row(`from a snapshot of ${listings} listings, ${TAIL} events after it`, restored, ""),
        ])}\n\nWhile it served it took what it missed, ${behind.perSecond.toFixed(0)} events/s: blocked for ${behind.blockedMs.toFixed(1)} ms, the slowest answer ${behind.slowestMs.toFixed(1)} ms.`,
      };
    } finally {
      await connection.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const row = (name: string, { ms, cpuMs, blockedMs }: Replayed, perSecond: string) => [
  name,
  (ms / 1_000).toFixed(1),
  perSecond,
  (cpuMs / 1_000).toFixed(1),
  blockedMs.toFixed(0),
];

/** Begins a replica in an empty folder; it takes `readyMs` from the start of its process. */
async function open(natsUrl: string, folder: string): Promise<Replayed & { readyMs: number }> {
  const begun = performance.now();
  const replica = await startChild<Replayed>("replaying.ts", [natsUrl, folder]);
  const readyMs = performance.now() - begun;
  await replica.close();
  return { ...replica.started, readyMs };
}

/** Begins a replica in an empty folder, and has tickets change while its process does not run for a moment. */
async function openAndStop(
  connection: NatsConnection,
  { natsUrl, folder, tickets }: { natsUrl: string; folder: string; tickets: number },
): Promise<[Replayed, CaughtUp]> {
  const replica = await startChild<Replayed>("replaying.ts", [natsUrl, folder]);
  try {
    replica.process.kill("SIGSTOP");
    await publishLives(jetstream(connection), { from: tickets, to: tickets + MISSED });
    const { state } = await (await jetstreamManager(connection)).streams.info("TICKETS");
    replica.process.kill("SIGCONT");
    const told = once(replica.process, "message");
    replica.process.send(state.last_seq);
    const [caughtUp] = (await told) as [CaughtUp];
    return [replica.started, caughtUp];
  } finally {
    await replica.close();
  }
}

/** Publishes what happens to so many tickets, of which some thousand are under way at any time. */
async function publishLives(
  client: JetStreamClient,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const now = Date.now();
  const apart = Math.min(5_000, Math.ceil((to - from) / 4));
  const under = new Set<Promise<unknown>>();
  async function publish(n: number, version: number): Promise<void> {
    if (n < from || n >= to) return;
    const listing = listingOf(n, to, now);
    const isSold = version === 3 && n % 2 === 0;
    const event = eventOf({
      ...listing,
      version,
      storedStatus: isSold ? TicketStatus.SOLD : TicketStatus.AVAILABLE,
      heldUntil: version === 2 ? now + LOCK_MS : null,
    });
    const publishing = client.publish(`evt.tickets.v1.changed.${listing.id}`, event);
    under.add(publishing);
    void publishing.finally(() => under.delete(publishing));
    if (under.size >= IN_FLIGHT) await Promise.race(under);
  }
  for (let n = from; n < to + 2 * apart; n++) {
    await publish(n, 1);
    await publish(n - apart, 2);
    await publish(n - 2 * apart, 3);
  }
  await Promise.all(under);
}

function eventOf(listing: ListingState): Uint8Array {
  const { id, eventTitle, venue, city, start, price, heldUntil, created, updated } = listing;
  const version = BigInt(listing.version);
  const { sellerId, sellerName, title, category, seat, storedStatus } = listing;
  const event = create(TicketEventSchema, {
    ...{ id, version },
    state: {
      ...{ id, version, sellerId, sellerName, title, category, seat, storedStatus },
      event: { title: eventTitle, venue, city, startTime: timestampFromMs(start) },
      price: { minorUnits: BigInt(price.minorUnits), currency: price.currency },
      ...(heldUntil !== null && { lockExpireTime: timestampFromMs(heldUntil) }),
      ...{ createTime: timestampFromMs(created), updateTime: timestampFromMs(updated) },
    },
  });
  return toBinary(TicketEventSchema, event);
}

/** Has the broker keep a snapshot of so many listings, as of an event of TICKETS. */
async function giveSnapshot(
  connection: NatsConnection,
  { file, listings, sequence }: { file: string; listings: number; sequence: number },
): Promise<void> {
  const { created } = await (await jetstreamManager(connection)).streams.info("TICKETS");
  const projection = openProjection(file, { clock });
  fillProjection(projection, listings);
  projection.apply({ position: { stream: "TICKETS", created, sequence, incomplete: false } });
  const store = await openFileStore(connection, { ...SNAPSHOTS, replicas: 1 });
  const snapshot = await takeSnapshot({ store, file, every: 0 });
  projection.close();
  if (!snapshot) throw new Error("no snapshot was taken");
}
