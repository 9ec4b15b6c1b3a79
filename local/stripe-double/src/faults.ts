import { z } from "zod";
import { newId } from "./ids.ts";
import { matchesType } from "./read-operations.ts";

/**
 * What can go wrong. On API calls (`operation` is a pattern of names such as `payment_intents.capture`):
 * - `delay`: wait `milliseconds` before acting; `delay_response`: wait after acting
 * - `hang`: keep the connection open and do nothing; once all faults are removed act, whether or not somebody still waits
 * - `drop_request`: close the connection without acting; `drop_response`: act, then close it
 * - `error_before`: 500 without acting, nothing kept: the same idempotency key acts next time
 * - `saved_error_before`: 500 without acting, kept: the same idempotency key never acts
 * - `error_after`: act, then 500, kept: the same idempotency key gets the 500 again
 * - `refuse`: refused for good with `status`, `type` and `code`, without acting, kept: the same key is refused again
 * - `reject`: answered with `status`, `type` and `code` before idempotency is looked at, nothing kept: 401 and 403 for
 *   a key that is not accepted, 409 for a conflict, 429 for a rate limit (docs.stripe.com/error-low-level#idempotency)
 *
 * On webhooks (`operation` is a pattern of event types such as `payment_intent.*`):
 * - `webhook_delay`: wait `milliseconds` first · `webhook_duplicate`: deliver twice · `webhook_reorder`: deliver after the next one
 * - `webhook_fail`: count the attempt as failed without sending · `webhook_hold`: keep until released
 */
export const faultSchema = z.strictObject({
  kind: z.enum([
    "delay",
    "delay_response",
    "hang",
    "drop_request",
    "drop_response",
    "error_before",
    "saved_error_before",
    "error_after",
    "refuse",
    "reject",
    "webhook_delay",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_fail",
    "webhook_hold",
  ]),
  operation: z.string().max(100).default("*"),
  /** Only calls that name one of these: in the path, as their `payment_intent`, or as the `order_id` of the metadata. */
  objects: z.array(z.string().max(100)).max(1000).optional(),
  /** How many times it happens; without it, until it is removed. */
  count: z.int().min(1).optional(),
  milliseconds: z.int().min(0).max(600_000).default(1000),
  /** Of `refuse` and `reject`: docs.stripe.com/api/errors and docs.stripe.com/error-codes */
  status: z.int().min(400).max(499).default(400),
  type: z
    .enum(["card_error", "idempotency_error", "invalid_request_error", "rate_limit_error"])
    .default("invalid_request_error"),
  code: z.string().max(100).default("charge_expired_for_capture"),
});
export type FaultKind = z.output<typeof faultSchema>["kind"];
export type Fault = z.output<typeof faultSchema> & { id: string };

export interface Faults {
  add(fault: z.input<typeof faultSchema>): Fault;
  remove(id: string): boolean;
  clear(): void;
  all(): Fault[];
  /** The fault of this kind that this call meets, counted down; or nothing. `names` are the objects that the call names. */
  take(kind: FaultKind, operation: string, names?: readonly string[]): Fault | undefined;
  /** Resolves when all faults are removed. */
  over(): Promise<void>;
}

/** The faults that are switched on. They are not kept over a restart. */
export function createFaults(): Faults {
  let active: Fault[] = [];
  let over = Promise.withResolvers<void>();
  return {
    add: (fault) => {
      const added = { ...faultSchema.parse(fault), id: newId("fault") };
      active.push(added);
      return added;
    },
    remove: (id) => {
      const before = active.length;
      active = active.filter((fault) => fault.id !== id);
      return active.length < before;
    },
    clear: () => {
      active = [];
      over.resolve();
      over = Promise.withResolvers();
    },
    all: () => active,
    take: (kind, operation, names = []) => {
      const met = active.find(
        (fault) =>
          fault.kind === kind &&
          matchesType(fault.operation, operation) &&
          (fault.objects?.some((id) => names.includes(id)) ?? true),
      );
      if (!met) return undefined;
      active = active.flatMap((fault) => {
        if (fault !== met || fault.count === undefined) return [fault];
        return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
      });
      return met;
    },
    over: () => over.promise,
  };
}
