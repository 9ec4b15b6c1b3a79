import { inTime } from "@ticketing/runtime/process/in-time";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import type { StripeGateway } from "./stripe-gateway.ts";

/** What opening a payment asks of Stripe. */
export type OpeningCalls = Pick<StripeGateway, "create" | "findByOperation" | "fetchClientSecret" | "cancel">;

const late = () => new StripeFailure("unknown", "", new Error("no time is left to wait for Stripe"));

/**
 * The same calls, which together end by a moment of `performance.now()`: one that is not answered by then has an
 * unknown outcome, and none begins after it. Only what tidies up does, and nobody waits for it.
 */
export function endingBy(stripe: OpeningCalls, deadline: number): OpeningCalls {
  const left = () => deadline - performance.now();
  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    left() > 0 ? inTime(call(), left(), late) : Promise.reject(late());
  return {
    create: (order, key) => bounded(() => stripe.create(order, key)),
    findByOperation: (order, key) => bounded(() => stripe.findByOperation(order, key)),
    fetchClientSecret: (intentId) => bounded(() => stripe.fetchClientSecret(intentId)),
    cancel: (intentId, key) => inTime(stripe.cancel(intentId, key), Math.max(0, left()), late),
  };
}
