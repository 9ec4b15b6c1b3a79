import type { JetStreamClient } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { traceparent } from "../process/trace-context.ts";

const ACK_TIMEOUT_MS = 5000;

/** An event on its way out. */
export interface OutgoingEvent {
  /** `evt.<service>.v1.<event>.<id>`. */
  subject: string;
  /** `<document id>:<version>`: the stream stores it once. */
  id: string;
  /** By which the stream tells repeats; the event's id unless given. */
  messageId?: string;
  /** The CloudEvents type. */
  type: string;
  /** The publishing service. */
  source: string;
  time: Date;
  /** The request that caused it, for traces. */
  requestId?: string;
  payload: Uint8Array;
}

/** Publishes to a subject and resolves with the stream's acknowledgement. */
export type Publish = (
  subject: string,
  event: Omit<OutgoingEvent, "subject">,
  extra?: Record<string, string>,
) => Promise<void>;

/** Events carry CloudEvents attributes as headers (NATS protocol binding, binary mode). */
export function createPublisher(client: JetStreamClient): Publish {
  return async (subject, event, extra = {}) => {
    const attributes = headers();
    attributes.set("ce-specversion", "1.0");
    attributes.set("ce-id", event.id);
    attributes.set("ce-type", event.type);
    attributes.set("ce-source", event.source);
    attributes.set("ce-time", event.time.toISOString());
    const trace = traceparent(event.requestId, event.id);
    if (trace) attributes.set("traceparent", trace);
    for (const [name, value] of Object.entries(extra)) attributes.set(name, value);
    await client.publish(subject, event.payload, {
      msgID: event.messageId ?? event.id,
      headers: attributes,
      timeout: ACK_TIMEOUT_MS,
    });
  };
}
