import { describe, expect, it } from "@jest/globals";
import Stripe from "stripe";
import { failureOf } from "./stripe-failure.ts";

const { generate } = Stripe.errors.StripeError;
const kind = (statusCode: number, type: Parameters<typeof generate>[0]["type"], code?: string) =>
  failureOf(generate({ statusCode, type, code, message: "no" })).kind;

// https://docs.stripe.com/api/errors, https://docs.stripe.com/error-low-level and https://docs.stripe.com/error-codes
describe("a failure of Stripe's", () => {
  it.each([
    [400, "invalid_request_error", "balance_insufficient"],
    [400, "invalid_request_error", "amount_too_small"],
    [400, "invalid_request_error", "charge_disputed"],
    [400, "invalid_request_error", undefined],
    [402, "card_error", "card_declined"],
    [402, "invalid_request_error", undefined],
    [404, "invalid_request_error", "resource_missing"],
  ] as const)("%d %s %s is a definite no", (status, type, code) => {
    expect(kind(status, type, code)).toBe("refused");
  });

  it.each([
    [401, "invalid_request_error", undefined],
    [401, "authentication_error", "api_key_expired"],
    [403, "invalid_request_error", undefined],
    [403, "invalid_request_error", "more_permissions_required"],
    [400, "invalid_request_error", "testmode_charges_only"],
    [400, "invalid_request_error", "secret_key_required"],
  ] as const)("%d %s %s speaks of our key", (status, type, code) => {
    expect(kind(status, type, code)).toBe("key");
  });

  it.each([
    [429, "rate_limit_error", "rate_limit"],
    [429, "invalid_request_error", "rate_limit"],
    [429, "api_error", undefined],
    [400, "invalid_request_error", "rate_limit"],
  ] as const)("%d %s %s says that nothing was looked at", (status, type, code) => {
    expect(kind(status, type, code)).toBe("limited");
  });

  it.each([
    [500, "api_error", undefined],
    [503, "api_error", undefined],
    [424, "api_error", undefined],
    [409, "idempotency_error", "idempotency_key_in_use"],
    [409, "invalid_request_error", "lock_timeout"],
    [429, "invalid_request_error", "lock_timeout"],
    [400, "idempotency_error", undefined],
    [400, "api_error", undefined],
  ] as const)("%d %s %s leaves open what happened", (status, type, code) => {
    expect(kind(status, type, code)).toBe("unknown");
  });

  it("without an answer leaves open what happened", () => {
    expect(failureOf(new Stripe.errors.StripeConnectionError({ type: "api_error" })).kind).toBe("unknown");
    expect(failureOf(new Error("socket hang up")).kind).toBe("unknown");
  });
});
