import { DomainError } from "@ticketing/runtime/process/domain-error";

/** https://docs.stripe.com/error-codes#charge-disputed */
export const CHARGE_DISPUTED = "charge_disputed";

/** CHARGE_DISPUTED with the code of Stripe's refusal: no refund of this charge can be made any more. */
export const chargeDisputed = (facts: { stripeCode: string }): DomainError =>
  new DomainError("CHARGE_DISPUTED", "the charge is disputed: the money is the bank's to give back", facts);
