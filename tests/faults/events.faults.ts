import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type MsgHdrs, type NatsConnection, nanos } from "@nats-io/transport-node";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { announceEvent } from "../support/announced-event.ts";
import { enter, type Person } from "../support/clients.ts";
import { searchShows } from "../support/people.ts";
import { projectionFiles } from "../support/projections.ts";
import { listWithRetries, retry, stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";
import { trade } from "./traffic.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
let mesh: TestMesh;
let broker: NatsConnection;
let seller: Person;
let buyer: Person;
let operator: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ LOCK_DURATION: "4s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" });
  broker = await connect(brokerLogin(mesh.addresses.nats));
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
  operator = await enter(mesh.addresses.gateway, account);
}, 120_000);
afterAll(async () => {
  await broker?.close();
  await mesh?.close();
}, 60_000);

/** Runs an operator's command against this mesh, as `npm run <task>` does. */
const runCommand = (task: string, ...words: string[]) =>
  run(
    process.execPath,
    [
      "--conditions=@ticketing/source",
      join(root, "local/launcher/src/operator-commands.ts"),
      task,
      ...words,
      "--data-dir",
      mesh.dataDir,
    ],
    { timeout: 60_000 },
  );
const equal = () =>
  retry(async () => {
    await runCommand("diff");
    return true;
  });

/** The id of the order that locks the ticket. */
async function lock({ id, price }: Ticket): Promise<string> {
  const { order } = await buyer.orders.createOrder({
    requestId: randomUUID(),
    ticketId: id,
    expectedPrice: price,
  });
  return order?.id ?? "";
}

/** Waits until operators see the orders. */
const overviewShows = (orderIds: readonly string[]) =>
  retry(async () => {
    const { orders } = await operator.operations.listOrders({});
    return orderIds.every((id) => orders.some(({ orderId }) => orderId === id)) || undefined;
  });

/** Every message that a stream holds. */
async function stored(stream: string) {
  const manager = await jetstreamManager(broker);
  const { state } = await manager.streams.info(stream);
  const messages: { sequence: number; subject: string; data: Uint8Array; header: MsgHdrs }[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
    const message = await manager.streams.getMessage(stream, { seq: sequence }).catch(() => null);
    if (message)
      messages.push({ sequence, subject: message.subject, data: message.data, header: message.header });
  }
  return messages;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe("events", () => {
  it("that come again in any order, as if long after the broker forgot them, change nothing", async () => {
    await reported("events replayed out of order beyond deduplication", async () => {
      await announceEvent(seller, 1);
      for (const story of [stories.purchase, stories.cancellation, stories.refund])
        await story(mesh, seller, buyer);
      await waitUntilConsistent(mesh);
      let count = 0;
      for (const stream of ["TICKETS", "ORDERS", "PAYMENTS", "USERS", "EVENTS"]) {
        for (const { subject, data, header } of shuffled(await stored(stream))) {
          const again = headers();
          for (const key of header.keys()) if (key.startsWith("ce-")) again.set(key, header.get(key));
          // Another id than the broker ever saw: what its memory of two minutes would let through later.
          again.set("Nats-Msg-Id", randomUUID());
          await jetstream(broker).publish(subject, data, { headers: again });
          count++;
        }
      }
      await equal();
      await waitUntilConsistent(mesh);
      return count;
    });
  }, 120_000);

  it("that break their contract are set aside where an operator sees them, and hold up nobody", async () => {
    await reported("poison events", async () => {
      const poison = [
        "evt.tickets.v1.ticket_listed.x",
        "evt.orders.v1.order_created.x",
        "evt.payments.v1.x.x",
      ];
      for (const subject of poison) {
        await jetstream(broker).publish(subject, new Uint8Array([0xff, 0xff, 0xff]));
        await jetstream(broker).publish(subject, new Uint8Array());
      }
      const ticket = await listWithRetries(seller);
      await searchShows(buyer, ticket, true);
      const letters = await retry(async () => {
        const { deadLetters } = await operator.operations.listDeadLetters({ pageSize: 100 });
        const subjects = new Set(deadLetters.map(({ subject }) => subject));
        return poison.every((subject) => subjects.has(subject)) ? deadLetters : undefined;
      });
      const [first] = letters;
      if (!first) throw new Error("no dead letter");
      expect(first.reason).not.toBe("");
      // Delivered again it is still poison: it comes back under another number.
      await operator.operations.replayDeadLetter({ sequence: first.sequence });
      await retry(async () => {
        const { deadLetters } = await operator.operations.listDeadLetters({ pageSize: 100 });
        return deadLetters.length >= letters.length &&
          deadLetters.every(({ sequence }) => sequence !== first.sequence)
          ? true
          : undefined;
      });
      // By the command too. One that a mended consumer understands is gone for good: here a good event set aside.
      const good = (await stored("TICKETS")).find(({ subject }) => subject.endsWith(ticket.id));
      if (!good) throw new Error("the ticket has no event");
      const aside = headers();
      for (const key of good.header.keys()) if (key.startsWith("ce-")) aside.set(key, good.header.get(key));
      for (const [key, value] of [
        ["dlq-stream", "TICKETS"],
        ["dlq-consumer", "catalog"],
        ["dlq-subject", good.subject],
        ["dlq-reason", "planted"],
      ] as const) {
        aside.set(key, value);
      }
      const { seq } = await jetstream(broker).publish("dlq.TICKETS.catalog", good.data, { headers: aside });
      expect((await runCommand("dead-letters")).stdout).toContain(good.subject);
      await runCommand("dead-letters", "replay", String(seq));
      expect((await runCommand("dead-letters", "list")).stdout).not.toContain(good.subject);
      // Again is done already; what never was is refused.
      await runCommand("dead-letters", "replay", String(seq));
      await expect(runCommand("dead-letters", "replay", "99999")).rejects.toThrow();
      await runCommand("dead-letters", "replay", "all");
      await equal();
      return poison.length * 2;
    });
  }, 120_000);

  it("are never set aside for an outage: they wait", async () => {
    await reported("outage of a consumer's database", async () => {
      const before = (await operator.operations.getOverview({})).deadLetters;
      await mesh.process("operations").kill();
      const tickets = await Promise.all([1, 2, 3].map(() => listWithRetries(seller)));
      const orderIds = await Promise.all(tickets.map(lock));
      await mesh.process("mongo").kill();
      void mesh.process("operations").start();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await mesh.process("mongo").start();
      await mesh.process("operations").start();
      await overviewShows(orderIds);
      expect((await operator.operations.getOverview({})).deadLetters).toBe(before);
      return tickets.length;
    });
  }, 120_000);

  it("that fail for as often as an hour's outage lets them are not set aside, and are handled after it", async () => {
    await reported("redelivered as often as in an outage of an hour", async () => {
      const before = (await operator.operations.getOverview({})).deadLetters;
      await mesh.process("operations").kill();
      const ticket = await listWithRetries(seller);
      // In an hour, with pauses that grow to half a minute, a consumer fails this often. Here it fails at once.
      const failures = 130;
      const orderId = await lock(ticket);
      const consumer = await jetstream(broker).consumers.get("ORDERS", "operations");
      const messages = await consumer.consume({ max_messages: 1 });
      let highest = 0;
      for await (const message of messages) {
        if (message.subject.endsWith(orderId)) highest = Math.max(highest, message.info.deliveryCount);
        message.nak();
        if (highest >= failures) break;
      }
      await messages.close();
      await mesh.process("operations").start();
      await overviewShows([orderId]);
      expect((await operator.operations.getOverview({})).deadLetters).toBe(before);
      return highest;
    });
  }, 120_000);

  it("missing amid a stream leave the read models right: each event carries the state", async () => {
    await reported("event missing amid a stream", async () => {
      const ticket = await listWithRetries(seller);
      await searchShows(buyer, ticket, true);
      await mesh.process("catalog").stop();
      let { version } = ticket;
      for (const minorUnits of [100n, 200n]) {
        const price = { minorUnits, currency: "USD" };
        const edited = await seller.tickets.updateTicket({ ticketId: ticket.id, version, price });
        version = edited.ticket?.version ?? 0n;
      }
      const [lost] = await retry(async () => {
        const edits = (await stored("TICKETS")).filter(
          ({ subject }) => subject === `evt.tickets.v1.ticket_edited.${ticket.id}`,
        );
        return edits.length === 2 ? edits : undefined;
      });
      await (await jetstreamManager(broker)).streams.deleteMessage("TICKETS", lost?.sequence ?? 0);
      await mesh.process("catalog").start();
      await equal();
      return 1;
    });
  }, 120_000);

  it("lost from a stream's end are healed by republishing", async () => {
    await reported("stream that lost its tail", async () => {
      const ticket = await listWithRetries(seller);
      await searchShows(buyer, ticket, true);
      await mesh.process("catalog").stop();
      await seller.tickets.updateTicket({
        ticketId: ticket.id,
        version: ticket.version,
        price: { minorUnits: 100n, currency: "USD" },
      });
      const lost = await retry(async () =>
        (await stored("TICKETS")).find(
          ({ subject }) => subject === `evt.tickets.v1.ticket_edited.${ticket.id}`,
        ),
      );
      await (await jetstreamManager(broker)).streams.deleteMessage("TICKETS", lost.sequence);
      await mesh.process("catalog").start();
      await expect(runCommand("diff")).rejects.toThrow();
      await runCommand("republish");
      // The broker knows the event's id for two minutes more and drops the repeat: this one is told apart.
      await equal();
      return 1;
    });
  }, 120_000);

  it("that reached their age before they were read are announced again by themselves", async () => {
    await reported("events removed before they were read", async () => {
      const ticket = await listWithRetries(seller);
      await searchShows(buyer, ticket, true);
      await mesh.process("catalog").stop();
      const price = { minorUnits: 100n, currency: "USD" };
      const edited = await seller.tickets.updateTicket({
        ticketId: ticket.id,
        version: ticket.version,
        price,
      });
      const { streams } = await jetstreamManager(broker);
      await retry(async () =>
        (await stored("TICKETS")).find(
          ({ subject }) => subject === `evt.tickets.v1.ticket_edited.${ticket.id}`,
        ),
      );
      await streams.update("TICKETS", { max_age: nanos(100), duplicate_window: nanos(100) });
      await retry(async () => (await stored("TICKETS")).length === 0 || undefined);
      await streams.update("TICKETS", { max_age: 0 });
      await mesh.process("catalog").start();
      await equal();
      await searchShows(buyer, edited.ticket ?? ticket, true);
      return 1;
    });
  }, 120_000);

  it("are enough to build the read models anew while people trade", async () => {
    await reported("read models rebuilt under traffic", async () => {
      const over = new AbortController();
      const trading = trade(mesh, seller, [buyer, await mesh.person("other")], over.signal);
      await runCommand("rebuild");
      await mesh.process("catalog").kill();
      for (const file of projectionFiles(mesh)) await rm(dirname(file), { recursive: true });
      await mesh.process("catalog").start();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      over.abort();
      const { calls } = await trading;
      await waitUntilConsistent(mesh);
      await equal();
      return calls;
    });
  }, 120_000);
});
