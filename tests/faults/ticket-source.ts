import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { JetStreamClient } from "@nats-io/jetstream";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Tickets that change at random, published as their service does, with what was published kept by plain code. */
export interface TicketSource {
  /** So many changes are published: of new tickets, or of those that are there. */
  change(count: number): Promise<void>;
  /** The sequence of the last event. */
  last(): number;
  /** The tickets as the events up to a sequence tell of them, a line each, sorted; once all of these are acknowledged. */
  listingsAt(sequence: number): Promise<string[]>;
  /** The same as a projection has them. */
  listingsIn(db: DatabaseSync): string[];
}

interface Ticket {
  id: string;
  version: number;
  title: string;
  price: number;
  status: TicketStatus;
  heldUntil: number | null;
}

const lineOf = ({ id, version, title, price, status, heldUntil }: Ticket): string =>
  [id, version, title, price, status, heldUntil].join(" | ");

export function createTicketSource(client: JetStreamClient): TicketSource {
  const start = Date.now() + 30 * DAY_MS;
  const created = timestampFromMs(Date.now());
  const newest = new Map<string, Ticket>();
  const published: { sequence: number; ticket: Ticket }[] = [];
  const random = (n: number) => Math.floor(Math.random() * n);

  function next(): Ticket {
    // One in ten is new once there are some.
    const n = newest.size < 1_000 || random(10) === 0 ? newest.size : random(newest.size);
    const id = `t${n}`;
    const ticket: Ticket = {
      id,
      version: (newest.get(id)?.version ?? 0) + 1,
      title: random(5) === 0 ? `Seats ${n}` : `Night ${n % 80}`,
      price: 1_000 + random(9_000),
      status: random(8) === 0 ? TicketStatus.SOLD : TicketStatus.AVAILABLE,
      heldUntil: random(3) === 0 ? Date.now() + HOUR_MS : null,
    };
    newest.set(id, ticket);
    return ticket;
  }

  async function publish(ticket: Ticket): Promise<void> {
    const { id, version, title, price, status, heldUntil } = ticket;
    const event = create(TicketEventSchema, {
      ...{ id, version: BigInt(version) },
      state: {
        ...{ id, version: BigInt(version), sellerId: "s", sellerName: "Seller", title, category: 1 },
        event: {
          title: `Night ${Number(id.slice(1)) % 80}`,
          ...{ venue: "Hall", city: "Oslo", startTime: timestampFromMs(start) },
        },
        price: { minorUnits: BigInt(price), currency: "EUR" },
        storedStatus: status,
        ...(heldUntil !== null && { lockExpireTime: timestampFromMs(heldUntil) }),
        ...{ createTime: created, updateTime: created },
      },
    });
    const subject = `evt.tickets.v1.ticket_edited.${id}`;
    const { seq: sequence } = await client.publish(subject, toBinary(TicketEventSchema, event));
    published.push({ sequence, ticket });
  }

  return {
    async change(count) {
      await Promise.all(Array.from({ length: count }, () => publish(next())));
    },
    last: () => Math.max(...published.map(({ sequence }) => sequence)),
    async listingsAt(upTo) {
      // The numbers of a stream have no gaps.
      while (published.filter(({ sequence }) => sequence <= upTo).length < upTo) await sleep(5);
      const tickets = new Map<string, Ticket>();
      for (const { sequence, ticket } of published) {
        const known = tickets.get(ticket.id);
        if (sequence <= upTo && ticket.version > (known?.version ?? 0)) tickets.set(ticket.id, ticket);
      }
      return [...tickets.values()].map(lineOf).sort();
    },
    listingsIn: (db) =>
      (
        db
          .prepare(
            `SELECT l.id, l.version, t.title, l.price, l.status, l.held_until AS heldUntil
             FROM listings l JOIN texts t ON t.key = l.text`,
          )
          .all() as unknown as Ticket[]
      )
        .map(lineOf)
        .sort(),
  };
}
