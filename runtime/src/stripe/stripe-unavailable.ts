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

/** The answer of a call that only reads. Throws STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StripeFailure ? passing(error) : error;
  }
}
