import Stripe from "stripe";

/**
 * Why a call to Stripe did not succeed, as far as it decides what may be done next:
 * - `refused`: a definite no to this request; nothing happened, and the same idempotency key is told no for a day
 * - `key`: our secret key is not accepted, or may not do this, or is another account's; nothing was looked at
 * - `limited`: too many requests; nothing was looked at, the same idempotency key may act later
 * - `unknown`: a server error, no answer, a conflict, or a key that was used for something else; it may have happened
 *
 * https://docs.stripe.com/error-low-level#idempotency and https://docs.stripe.com/api/idempotent_requests
 */
export type FailureKind = "refused" | "key" | "limited" | "unknown";

/** A call to Stripe that did not succeed. */
export class StripeFailure extends Error {
  readonly kind: FailureKind;
  /** Stripe's error code, or its type where it has none; empty without an answer. */
  readonly code: string;

  constructor(kind: FailureKind, code: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "StripeFailure";
    this.kind = kind;
    this.code = code;
  }
}

/** https://docs.stripe.com/error-codes: what is wrong is the key or the account, with whatever status it is said. */
const KEY_CODES = new Set([
  "account_invalid",
  "api_key_expired",
  "livemode_mismatch",
  "platform_api_key_expired",
  "secret_key_required",
  "testmode_charges_only",
]);

/** What the SDK threw, in our words. */
export function failureOf(error: unknown): StripeFailure {
  if (!(error instanceof Stripe.errors.StripeError)) return new StripeFailure("unknown", "", error);
  const code = error.code ?? error.rawType ?? "";
  return new StripeFailure(kindOf(error.statusCode ?? 0, error.rawType ?? "", code), code, error);
}

function kindOf(status: number, type: string, code: string): FailureKind {
  if (status === 401 || status === 403 || KEY_CODES.has(code)) return "key";
  // Another request holds the object, maybe one of ours: what that one does is not known.
  if (code === "lock_timeout") return "unknown";
  // Rate limits come before idempotency keys are looked at.
  if (status === 429 || code === "rate_limit") return "limited";
  const definite = type === "invalid_request_error" || type === "card_error";
  return definite && status >= 400 && status < 500 && status !== 409 ? "refused" : "unknown";
}
