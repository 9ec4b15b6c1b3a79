import type { z } from "zod";
import type { Form } from "./form.ts";
import { newId } from "./ids.ts";
import type { ApiObject } from "./objects.ts";
import { readParameters } from "./parameters.ts";
import type { State } from "./state.ts";

/** Version of the API whose shapes are spoken: the one the pinned SDK sends (docs.stripe.com/api/versioning). */
export const API_VERSION = "2026-10-28.endive";

/** One request to the API while it is carried out. */
export interface Call {
  state: State;
  /** Publishable key: only what a browser may do and see (docs.stripe.com/keys). */
  client: boolean;
  /** Where the caller reached us, for URLs in answers. */
  origin: string;
  /** Unix seconds. */
  now: number;
  requestId: string | null;
  idempotencyKey: string | null;
}

/** One endpoint: `path` has `:id` where the object's id stands. */
export interface Operation {
  /** As faults name it, e.g. `payment_intents.capture`. */
  name: string;
  method: "GET" | "POST";
  path: string;
  /** May be called with a publishable key. */
  client?: boolean;
  /** Reads the parameters, or throws before anything has begun; then acts when it is called. */
  prepare(call: Call, form: Form, id: string): () => object;
}

/** Makes an endpoint of a typed function. */
export function operation<T extends z.ZodType>(
  { schema, ...endpoint }: Omit<Operation, "prepare"> & { schema: T },
  act: (call: Call, parameters: z.output<T>, id: string) => object,
): Operation {
  return {
    ...endpoint,
    prepare: (call, form, id) => {
      const parameters = readParameters(schema, form);
      return () => act(call, parameters, id);
    },
  };
}

/** Records an event with the object as it is now (docs.stripe.com/api/events/object); webhooks pick it up after the commit. `account`: the connected one that it happened in. */
export function emit(call: Call, type: string, object: ApiObject, account?: string): void {
  call.state.events.put({
    ...(account !== undefined && { account }),
    id: newId("evt"),
    object: "event",
    api_version: API_VERSION,
    created: call.now,
    data: { object: structuredClone(object) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: call.requestId, idempotency_key: call.idempotencyKey },
    type,
  });
}
