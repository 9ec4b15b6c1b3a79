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

/**
 * Of each event since then: the milliseconds from its change (ce-time, taken before the document is written) until the
 * broker stored it, ascending.
 */
export const publishDelays = (mesh: TestMesh, since: Positions): Promise<number[]> =>
  withBroker(mesh, async (manager, client) => {
    const delays: number[] = [];
    for (const stream of STREAMS) {
      const from = since[stream] ?? 0;
      const { state } = await manager.streams.info(stream);
      if (state.last_seq <= from) continue;
      const consumer = await client.consumers.get(stream, { opt_start_seq: from + 1 });
      for await (const message of await consumer.consume()) {
        const changed = Date.parse(message.headers?.get("ce-time") ?? "");
        delays.push(Number(message.timestampNanos) / 1e6 - changed);
        if (message.seq >= state.last_seq) break;
      }
    }
    return delays.sort((a, b) => a - b);
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
