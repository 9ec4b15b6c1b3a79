import type { StreamStorage } from "../events/stream-storage.ts";
import { instrument } from "./telemetry.ts";

/** In seconds: fine below the deadlines of calls, coarse above. */
const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const seconds = { unit: "s", advice: { explicitBucketBoundaries: boundaries } };

const callDuration = instrument((meter) =>
  meter.createHistogram("rpc.server.call.duration", { ...seconds, description: "Calls answered" }),
);
const publishLag = instrument((meter) =>
  meter.createHistogram("ticketing.outbox.lag", {
    ...seconds,
    description: "From a saved change to the broker's acknowledgement of its event",
  }),
);
const handleDuration = instrument((meter) =>
  meter.createHistogram("ticketing.consumer.duration", { ...seconds, description: "Events handled" }),
);
const handleLag = instrument((meter) =>
  meter.createHistogram("ticketing.consumer.lag", {
    ...seconds,
    description: "From an event in its stream to the end of its handling",
  }),
);

const stored = instrument((meter) =>
  meter.createGauge("ticketing.events.stored", {
    unit: "By",
    description: "What a stream takes on the disk of a server that keeps it",
  }),
);
const streamStorable = instrument((meter) =>
  meter.createGauge("ticketing.events.stream_storable", {
    unit: "By",
    description: "What a stream may take there",
  }),
);
const storable = instrument((meter) =>
  meter.createGauge("ticketing.events.storable", {
    unit: "By",
    description: "What all streams may take there",
  }),
);

/**
 * A call was answered: `OK`, or the code of its error. Names and attributes as in
 * https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/
 */
export function measureCall(method: string, code: string, ms: number): void {
  callDuration().record(ms / 1000, {
    "rpc.system.name": "grpc",
    "rpc.method": method,
    "rpc.response.status_code": code,
  });
}

/** The broker has an event of a change that was saved then. */
export function measurePublished(collection: string, saved: Date): void {
  publishLag().record((Date.now() - saved.getTime()) / 1000, { collection });
}

/** What became of an event at a consumer. */
export interface Handled {
  durable: string;
  stream: string;
  outcome: "done" | "later" | "set_aside";
  /** When the handling began, as Date.now() gives it. */
  begun: number;
  /** When the stream stored the event; for those that are done. */
  stored?: Date;
}

export function measureHandled({ durable, stream, outcome, begun, stored }: Handled): void {
  const now = Date.now();
  const attributes = { consumer: durable, stream };
  handleDuration().record((now - begun) / 1000, { ...attributes, outcome });
  if (stored) handleLag().record((now - stored.getTime()) / 1000, attributes);
}

/** What the streams take, and may take each and in all where that is known, in bytes. */
export function measureStored(streams: readonly StreamStorage[], limit: number | undefined): void {
  for (const { stream, bytes, limit: own } of streams) {
    stored().record(bytes, { stream });
    if (own) streamStorable().record(own, { stream });
  }
  if (limit) storable().record(limit);
}
