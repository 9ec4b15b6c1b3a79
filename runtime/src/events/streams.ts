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
const STREAM_NOT_FOUND = 10_059;

const WITHOUT_END = -1;

/** How streams are kept. */
export interface StreamSettings {
  /** How many servers of the broker's cluster keep each event. */
  replicas: number;
  /** The age at which an event is removed; absent: never. */
  maxAgeMs?: number | undefined;
  /** What the stream may take on a server's disk; absent: what the broker has. */
  maxBytes?: number | undefined;
}

/** Of a stream that keeps the newest message of each subject alone, to be asked for by that. */
export const NEWEST_OF_SUBJECT = { max_msgs_per_subject: 1, allow_direct: true } as const;

/**
 * Creates a stream, or brings an existing one to these settings. Events go by age alone: a stream that is full, also
 * one whose size was made smaller than what it holds, keeps them all and refuses new ones, which wait at their relay.
 */
export async function ensureStream(
  manager: JetStreamManager,
  name: string,
  subjects: string[],
  { replicas, maxAgeMs, maxBytes }: StreamSettings,
  more: Partial<typeof NEWEST_OF_SUBJECT> = {},
): Promise<void> {
  const config = {
    name,
    subjects,
    num_replicas: replicas,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_age: nanos(maxAgeMs ?? 0),
    max_bytes: maxBytes ?? WITHOUT_END,
    // The broker takes no window longer than the age.
    duplicate_window: nanos(Math.min(DEDUPE_MS, maxAgeMs ?? DEDUPE_MS)),
    ...more,
  };
  // Updated first: asked to add one that is there, a broker that has promised most of its room refuses for want of room.
  const update = () => manager.streams.update(name, config);
  try {
    await update();
  } catch (error) {
    if (!isApiError(error, STREAM_NOT_FOUND)) throw error;
    await manager.streams.add(config).catch((failure: unknown) => {
      // Another replica was first.
      if (!isApiError(failure, STREAM_NAME_IN_USE)) throw failure;
      return update();
    });
  }
}

/** Whether the broker refused for this: its error code. */
export const isApiError = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code;
