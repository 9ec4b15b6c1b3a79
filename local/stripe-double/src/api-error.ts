import type { PaymentIntent, PaymentMethod } from "./objects.ts";

export type ErrorType =
  | "api_error"
  | "card_error"
  | "idempotency_error"
  | "invalid_request_error"
  | "rate_limit_error";

export interface ErrorDetails {
  type?: ErrorType;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: PaymentIntent;
  payment_method?: PaymentMethod;
}

/** An answer other than success in the shape of docs.stripe.com/api/errors. */
export class ApiError extends Error {
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(status: number, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.details = details;
  }

  /** The JSON body. */
  body(): { error: Record<string, unknown> } {
    const { type = "invalid_request_error", code, ...rest } = this.details;
    return {
      error: { type, ...(code ? { code, doc_url: docUrl(code) } : {}), message: this.message, ...rest },
    };
  }
}

/** The page of an error code (docs.stripe.com/error-codes). */
export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;
}

/** A parameter that is wrong. */
export function invalid(message: string, param?: string, code?: string): ApiError {
  return new ApiError(400, message, { param, code });
}

/** docs.stripe.com/error-codes#resource-missing */
export function missing(kind: string, id: string, param = "id"): ApiError {
  return new ApiError(404, `No such ${kind}: '${id}'`, { code: "resource_missing", param });
}

/** A refusal that depends on the state of a PaymentIntent: docs.stripe.com/error-codes#payment-intent-unexpected-state */
export function unexpectedState(message: string, intent: PaymentIntent): ApiError {
  return new ApiError(400, message, { code: "payment_intent_unexpected_state", payment_intent: intent });
}
