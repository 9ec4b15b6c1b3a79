import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import type { TestMesh } from "../support/test-mesh.ts";

/** The last sequence of each stream now, to read from there later. */
export type Positions = Readonly<Record<string, number>>;

const STREAMS = ["TICKETS", "ORDERS", "PAYMENTS"];

export const readPositions = (mesh: TestMesh): Promise<Positions> =>
  withBroker(mesh, async (manager) => {
    const entries = STREAMS.map(async (stream) => {
      const { state } = await manager.streams.info(stream);
      return [stream, state.last_seq] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  });

/** An event as the broker has it; times are in milliseconds of the epoch. */
export interface StoredEvent {
  /** Of the ticket, order or payment that changed. */
  readonly id: string;
  /** When it changed (ce-time, taken before the document is written). */
  readonly changed: number;
  /** When the broker stored it. */
  readonly stored: number;
}

/** The events since then. */
export const eventsSince = (mesh: TestMesh, since: Positions): Promise<StoredEvent[]> =>
  withBroker(mesh, async (manager, client) => {
    const events: StoredEvent[] = [];
    for (const stream of STREAMS) {
      const from = since[stream] ?? 0;
      const { state } = await manager.streams.info(stream);
      if (state.last_seq <= from) continue;
      const consumer = await client.consumers.get(stream, { opt_start_seq: from + 1 });
      for await (const message of await consumer.consume()) {
        events.push({
          id: message.subject.split(".").at(-1) ?? "",
          changed: Date.parse(message.headers?.get("ce-time") ?? ""),
          stored: Number(message.timestampNanos) / 1e6,
        });
        if (message.seq >= state.last_seq) break;
      }
    }
    return events;
  });

async function withBroker<T>(
  mesh: TestMesh,
  work: (
    manager: Awaited<ReturnType<typeof jetstreamManager>>,
    client: ReturnType<typeof jetstream>,
  ) => Promise<T>,
): Promise<T> {
  const connection = await connect(brokerLogin(mesh.addresses.nats));
  try {
    return await work(await jetstreamManager(connection), jetstream(connection));
  } finally {
    await connection.close();
  }
}
