import type { JetStreamManager } from "@nats-io/jetstream";

/** What a stream takes on the disk of each server that keeps it. */
export interface StreamStorage {
  stream: string;
  bytes: number;
}

/** What every stream takes. */
export async function readStreamStorage(manager: JetStreamManager): Promise<StreamStorage[]> {
  const streams: StreamStorage[] = [];
  for await (const { config, state } of manager.streams.list())
    streams.push({ stream: config.name, bytes: state.bytes });
  return streams;
}
