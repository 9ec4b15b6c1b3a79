import type { JetStreamManager } from "@nats-io/jetstream";
import type { OutgoingEvent, Publish } from "./publisher.ts";
import { ensureStream, type StreamSettings } from "./streams.ts";

/** The writing side of streams. */
export interface Publishing {
  /**
   * Creates the stream or brings it to the settings given at the start: its owner does. Streams are files and
   * deduplicate. One that is full refuses events until old ones have reached their age.
   */
  ensureStream(name: string, subjects: string[]): Promise<void>;
  /** Resolves when the stream has stored the event on disk. */
  publish(event: OutgoingEvent): Promise<void>;
}

export function createPublishing(broker: {
  manager: JetStreamManager;
  publish: Publish;
  streams: StreamSettings;
}): Publishing {
  const { manager, publish, streams } = broker;
  return {
    ensureStream: (name, subjects) => ensureStream(manager, name, subjects, streams),
    publish: (event) => publish(event.subject, event),
  };
}
