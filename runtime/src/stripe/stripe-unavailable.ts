import { DomainError } from "../process/domain-error.ts";
import { StripeFailure } from "./stripe-failure.ts";

/** The error when Stripe's answer is unknown. */
export const stripeUnavailable = () =>
  new DomainError("STRIPE_UNAVAILABLE", "the payment provider did not answer; try again");

/** The error when Stripe does not accept our key: nothing happened, so nothing may be undone. */
export const stripeKeyRefused = () =>
  new DomainError("STRIPE_KEY_REFUSED", "payments are not set up rightly; try again later");

/** A failure after which the call may be repeated. */
export const passing = ({ kind }: StripeFailure): DomainError =>
  kind === "key" ? stripeKeyRefused() : stripeUnavailable();

/**
 * Why a call did not succeed, where one looks what became of it next. Throws what no call failed with; and
 * STRIPE_UNAVAILABLE where too much is asked already: one more call would only add to that.
 */
export function failureToLookInto(error: unknown): StripeFailure {
  if (!(error instanceof StripeFailure)) throw error;
  if (error.kind === "limited") throw passing(error);
  return error;
}

/** The answer of a call that only reads. Throws STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StripeFailure ? passing(error) : error;
  }
}
