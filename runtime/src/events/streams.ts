import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";

/** How long a repeated message id is recognised. Consumers recognise repeats at any time, by version. */
const DEDUPE_MS = 120_000;
const STREAM_NAME_IN_USE = 10_058;

/** Creates a stream, or brings an existing one to these settings. */
export async function ensureStream(
  manager: JetStreamManager,
  name: string,
  subjects: string[],
  replicas: number,
): Promise<void> {
  const config = {
    name,
    subjects,
    num_replicas: replicas,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(DEDUPE_MS),
  };
  try {
    await manager.streams.add(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === STREAM_NAME_IN_USE)) throw error;
    await manager.streams.update(name, config);
  }
}
