import type { JetStreamManager } from "@nats-io/jetstream";

/** How far a durable consumer is behind its stream. */
export interface ConsumerLag {
  stream: string;
  consumer: string;
  /** Events not delivered yet. */
  pending: number;
  /** Events delivered and not acknowledged yet. */
  inFlight: number;
  /** Whether some process waits for its events. */
  isRead: boolean;
}

/** The lag of every durable consumer of every stream. */
export async function readConsumerLag(manager: JetStreamManager): Promise<ConsumerLag[]> {
  const rows: ConsumerLag[] = [];
  for await (const stream of manager.streams.names()) {
    for await (const consumer of manager.consumers.list(stream)) {
      if (!consumer.config.durable_name) continue;
      rows.push({
        stream,
        consumer: consumer.name,
        pending: consumer.num_pending,
        inFlight: consumer.num_ack_pending,
        isRead: consumer.num_waiting > 0,
      });
    }
  }
  return rows;
}
