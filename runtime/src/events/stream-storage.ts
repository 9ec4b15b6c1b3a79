import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";

/** What a stream takes on the disk of each server that keeps it. */
export interface StreamStorage {
  stream: string;
  bytes: number;
  /** What it may take, in bytes; absent: what the broker has. */
  limit?: number;
  /** The sequence of the oldest event that it has, or of the next one when it is empty: above 1, events were removed. */
  firstSequence: number;
  /** When its oldest event was stored; absent while it is empty. */
  oldestEventTime?: Date;
}

/** What every stream takes. */
export async function readStreamStorage(manager: JetStreamManager): Promise<StreamStorage[]> {
  const streams: StreamStorage[] = [];
  for await (const info of manager.streams.list()) streams.push(storageOf(info));
  return streams;
}

/** What one stream takes. */
export async function readStorageOf(manager: JetStreamManager, stream: string): Promise<StreamStorage> {
  return storageOf(await manager.streams.info(stream));
}

function storageOf({ config, state }: StreamInfo): StreamStorage {
  const limit = config.max_bytes > 0 && { limit: config.max_bytes };
  const oldest = state.messages > 0 && { oldestEventTime: new Date(state.first_ts) };
  return { stream: config.name, bytes: state.bytes, firstSequence: state.first_seq, ...limit, ...oldest };
}
