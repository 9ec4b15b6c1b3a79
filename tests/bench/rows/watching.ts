import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { createEvents, type Events } from "@ticketing/runtime/events/events";
import { silent } from "@ticketing/runtime/testing/service";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";
import { closedLoop } from "../../support/load/closed-loop.ts";
import { cpuTimeOf, tellsCpuTime } from "../../support/load/cpu-time.ts";
import { table } from "../../support/load/table.ts";
import { startChild } from "../child-process.ts";
import { amount, type Bench, type Row } from "../row.ts";

const STREAM = "BENCH_WATCHED";
const SUBJECT = "bench.watched.>";
const DAY_MS = 86_400_000;
const LOOP_MS = 60_000;
/** Within it a replica has taken what was published. */
const LAST_EVENT_MS = 1_000;

/** A replica with so many watchers of one document each, while the first `changing` documents change by turns. */
interface Load {
  watchers: number;
  changing: number;
}

const loads = {
  "nobody watches what changes": { watchers: 0, changing: 10_000 },
  "50 are watched and change": { watchers: 50, changing: 50 },
  "10,000 are watched, 50 of them change": { watchers: 10_000, changing: 50 },
  "10,000 are watched and change": { watchers: 10_000, changing: 10_000 },
} satisfies Record<string, Load>;

/** What an event costs a replica when nobody watches its document, and when few or thousands are watched. */
export const watching: Row = {
  name: "watching",
  async measure(bench) {
    const { nats, mongo } = bench.mesh.addresses;
    const connection = await connect(brokerLogin(nats));
    const manager = await jetstreamManager(connection);
    const events = await createEvents({ natsUrl: nats, name: "bench", log: silent });
    const uri = databaseUri(mongo, "bench_watched");
    const client = await MongoClient.connect(uri);
    const documents = client.db().collection<{ _id: string; version: number }>("orders");
    try {
      await events.ensureStream(STREAM, [SUBJECT]);
      const ofTickets = (id: string, version: number) => publish(events, id, version);
      const ofOrders = async (id: string, version: number) => {
        await documents.updateOne({ _id: id }, { $set: { version } });
        await publish(events, id, version);
      };
      const rows: { tickets: Cost; orders: Cost }[] = [];
      for (const load of Object.values(loads)) {
        const tickets = await cost(bench, ["watching-listings.ts"], load, ofTickets);
        const orders = await cost(bench, ["watching-orders.ts", uri], load, ofOrders);
        rows.push({ tickets, orders });
      }
      const [idle, few, many, spread] = rows;
      const figures = (name: "tickets" | "orders") => ({
        [`watch.${name}.unwatched_ms`]: idle?.[name].eventMs ?? Number.NaN,
        [`watch.${name}.watched_ms`]: spread?.[name].eventMs ?? Number.NaN,
        [`watch.${name}.many_to_few`]: (many?.[name].eventMs ?? Number.NaN) / (few?.[name].eventMs ?? 1),
      });
      const checkMs = spread?.orders.checkMs ?? Number.NaN;
      return {
        figures: { ...figures("tickets"), ...figures("orders"), "watch.orders.check_ms": checkMs },
        text: `${table([
          ["An event at a replica's live views, CPU ms", "of tickets", "of orders"],
          ...Object.keys(loads).map((name, n) => [
            name,
            ...[rows[n]?.tickets, rows[n]?.orders].map((each) => each?.eventMs.toFixed(3) ?? ""),
          ]),
        ])}\n\nA check of 10,000 watched orders against the database: ${checkMs.toFixed(0)} CPU ms, every 15 s.`,
      };
    } finally {
      await events.close();
      await manager.streams.delete(STREAM);
      await connection.close();
      await client.db().dropDatabase();
      await client.close();
    }
  },
};

/** CPU milliseconds of a replica: of an event, and of a check of all that it watches. */
interface Cost {
  eventMs: number;
  checkMs?: number;
}

async function cost(
  bench: Bench,
  [script, ...args]: [string, ...string[]],
  { watchers, changing }: Load,
  change: (id: string, version: number) => Promise<void>,
): Promise<Cost> {
  const { nats } = bench.mesh.addresses;
  const replica = await startChild<{ checkMs?: number }>(script, [
    ...[nats, STREAM, SUBJECT, `${watchers}`],
    ...args,
  ]);
  // No document has the same version twice, in any of the measurements.
  const begun = Date.now() * 1_000;
  try {
    const call = (n: number) => change(`${n % changing}`, begun + n);
    const calls = amount(bench, 3_000);
    const load = (limit: number) => ({ inFlight: 16, ms: LOOP_MS, limit });
    await closedLoop(call, load(calls));
    await sleep(LAST_EVENT_MS);
    const before = used(replica.process);
    await closedLoop((n) => call(calls + n), load(calls));
    await sleep(LAST_EVENT_MS);
    return { ...replica.started, eventMs: (used(replica.process) - before) / calls };
  } finally {
    await replica.close();
  }
}

/** CPU milliseconds until now. A replica that hears nothing uses none worth telling. */
const used = ({ pid }: { pid?: number | undefined }): number =>
  tellsCpuTime && pid ? cpuTimeOf(pid) : Number.NaN;

function publish(events: Events, id: string, version: number): Promise<void> {
  const time = timestampFromMs(Date.now() + DAY_MS);
  const event = create(TicketEventSchema, {
    id,
    version: BigInt(version),
    state: {
      ...{ id, version: BigInt(version), sellerName: "Anna", title: "Two seats in the first row" },
      event: { title: "Jazz Night of the North", venue: "Concert Hall", city: "Oslo", startTime: time },
      price: { minorUnits: 12_000n, currency: "EUR" },
      ...{ storedStatus: TicketStatus.AVAILABLE, createTime: time, updateTime: time },
    },
  });
  return events.publish({
    subject: `bench.watched.${id}`,
    ...{ id: `${id}:${version}`, type: "bench.ticket_changed", source: "bench", time: new Date() },
    payload: toBinary(TicketEventSchema, event),
  });
}
