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

/** What an event costs a replica when nobody watches its ticket, and when few or thousands are watched. */
export const watching: Row = {
  name: "watching",
  async measure(bench) {
    const connection = await connect(brokerLogin(bench.mesh.addresses.nats));
    const manager = await jetstreamManager(connection);
    const events = await createEvents({ natsUrl: bench.mesh.addresses.nats, name: "bench", log: silent });
    try {
      await events.ensureStream(STREAM, [SUBJECT]);
      const idle = await cost(bench, events, { watchers: 0, tickets: 5_000 });
      const few = await cost(bench, events, { watchers: 50, tickets: 50 });
      const many = await cost(bench, events, { watchers: 5_000, tickets: 50 });
      const spread = await cost(bench, events, { watchers: 5_000, tickets: 5_000 });
      return {
        figures: {
          "watch.unwatched_ms": idle,
          "watch.watched_ms": spread,
          "watch.many_to_few": many / few,
        },
        text: table([
          ["An event at a replica's live views", "CPU ms"],
          ["nobody watches its ticket", idle.toFixed(3)],
          ["50 tickets are watched and change", few.toFixed(3)],
          ["5,000 are watched, 50 of them change", many.toFixed(3)],
          ["5,000 are watched and change", spread.toFixed(3)],
        ]),
      };
    } finally {
      await events.close();
      await manager.streams.delete(STREAM);
      await connection.close();
    }
  },
};

/** CPU milliseconds an event of a replica, while so many tickets change by turns. */
async function cost(
  bench: Bench,
  events: Events,
  { watchers, tickets }: { watchers: number; tickets: number },
): Promise<number> {
  const { nats } = bench.mesh.addresses;
  const replica = await startChild("watching-replica.ts", [nats, STREAM, SUBJECT, `${watchers}`]);
  // No ticket has the same version twice, in any of the measurements.
  const begun = Date.now() * 1_000;
  try {
    const call = (n: number) => publish(events, `${n % tickets}`, begun + n);
    const calls = amount(bench, 3_000);
    const load = (limit: number) => ({ inFlight: 16, ms: LOOP_MS, limit });
    await closedLoop(call, load(calls));
    await sleep(LAST_EVENT_MS);
    const before = used(replica.process);
    await closedLoop((n) => call(calls + n), load(calls));
    await sleep(LAST_EVENT_MS);
    return (used(replica.process) - before) / calls;
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
