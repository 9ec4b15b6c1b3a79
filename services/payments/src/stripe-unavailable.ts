import { Code } from "@connectrpc/connect";
import { DomainError } from "@ticketing/runtime/domain-error";
import { StripeFailure } from "./stripe-gateway.ts";

/** What a caller is told when Stripe's answer is not known. */
export const stripeUnavailable = () =>
  new DomainError(Code.Unavailable, "STRIPE_UNAVAILABLE", "the payment provider did not answer; try again");

/** The answer of a call that only reads; every failure of it is STRIPE_UNAVAILABLE. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StripeFailure ? stripeUnavailable() : error;
  }
}
