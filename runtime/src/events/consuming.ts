import { JetStreamApiError } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { type Broker, type ConsumeOptions, startConsumer } from "./consumer.ts";
import { type Following, type FollowOptions, startFollowing } from "./follow.ts";
import { startWatch, type WatchOptions } from "./watch.ts";

const RETIRED_MS = 3_600_000;
const NOT_FOUND = 404;

/** The reading side of streams. */
export interface Consuming {
  /** Handles a stream's events with a durable consumer that all replicas share, as soon as the stream is there. */
  consume(options: ConsumeOptions): void;
  /** Hears a stream's new events in this replica alone. Resolves once nothing can be missed any more. */
  watch(options: WatchOptions): Promise<void>;
  /** Applies a stream's events in this replica alone, each once, from where it was on. */
  follow<Change>(options: FollowOptions<Change>): Following;
  /** Lets the broker forget a durable consumer, if there is one, once nobody has read from it for an hour. */
  retire(stream: string, durable: string): Promise<void>;
  /** Forgets a durable consumer's place: whoever consumes begins again at the stream's first event. */
  forget(stream: string, durable: string): Promise<void>;
}

/** `stop` lets handlers end. */
export function createConsuming(broker: Broker): Consuming & { stop(): Promise<void> } {
  const stops: (() => Promise<void>)[] = [];
  return {
    consume(options) {
      stops.push(startConsumer(broker, options));
    },
    async watch(options) {
      stops.push(await startWatch(broker, options));
    },
    follow(options) {
      const following = startFollowing(broker, options);
      stops.push(following.stop);
      return following;
    },
    async retire(stream, durable) {
      try {
        await broker.manager.consumers.update(stream, durable, { inactive_threshold: nanos(RETIRED_MS) });
      } catch (error) {
        if (!(error instanceof JetStreamApiError) || error.status !== NOT_FOUND) throw error;
      }
    },
    async forget(stream, durable) {
      await broker.manager.consumers.delete(stream, durable);
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
