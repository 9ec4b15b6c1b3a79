import { z } from "zod";
import { ApiError, invalid, missing } from "./api-error.ts";
import { newId } from "./ids.ts";
import type { PaymentMethod } from "./objects.ts";
import { type Call, type Operation, operation } from "./operation.ts";
import { common, metadata, type PaymentMethodData, paymentMethodData } from "./parameters.ts";
import { type CardBehaviour, cardById, cardByNumber } from "./test-cards.ts";

/** Finds or makes the payment method that a request names; its card number is forgotten here. */
export function usePaymentMethod(
  call: Call,
  request: { payment_method?: string; payment_method_data?: PaymentMethodData },
): PaymentMethod | undefined {
  if (request.payment_method_data) return createPaymentMethod(call, request.payment_method_data);
  const id = request.payment_method;
  if (!id) return undefined;
  const known = call.state.paymentMethods.get(id);
  if (known) return known;
  const card = cardById(id);
  if (!card) throw missing("PaymentMethod", id, "payment_method");
  return keep(call, card, { exp_month: 12, exp_year: new Date(call.now * 1000).getUTCFullYear() + 5 });
}

/** What the card behind a payment method does. */
export function behaviourOf(call: Call, method: PaymentMethod): CardBehaviour {
  const card = cardById(call.state.behaviours.get(method.id)?.behaviour ?? "");
  if (!card) throw missing("PaymentMethod", method.id, "payment_method");
  return card;
}

/**
 * docs.stripe.com/api/payment_methods/create; numbers are for Stripe.js with a publishable key:
 * an account may not send them from its server unless Stripe enabled it (docs.stripe.com/security/guide).
 */
function createPaymentMethod(call: Call, data: PaymentMethodData): PaymentMethod {
  if (!data.card)
    throw invalid(
      "Missing required param: payment_method_data[card].",
      "payment_method_data[card]",
      "parameter_missing",
    );
  if (!call.client) {
    throw new ApiError(
      402,
      "Sending card numbers to the API from a server is unsafe: use Stripe.js, or a test id such as pm_card_visa.",
    );
  }
  const card = cardByNumber(data.card.number.replaceAll(/[\s-]/g, ""));
  if (!card) throw cardError("incorrect_number", "Your card number is incorrect.", "number");
  const { exp_month, exp_year: year } = data.card;
  if (exp_month < 1 || exp_month > 12)
    throw cardError("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month");
  const exp_year = year < 100 ? 2000 + year : year;
  if (Date.UTC(exp_year, exp_month) / 1000 <= call.now) {
    throw cardError("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year");
  }
  return keep(call, card, { exp_month, exp_year }, data.billing_details);
}

function keep(
  call: Call,
  card: CardBehaviour,
  expiry: { exp_month: number; exp_year: number },
  billing: { name?: string; email?: string } = {},
): PaymentMethod {
  const id = newId("pm");
  call.state.behaviours.put({ id, behaviour: card.ids[0] ?? "" });
  return call.state.paymentMethods.put({
    id,
    object: "payment_method",
    type: "card",
    card: { brand: card.brand, last4: card.number.slice(-4), ...expiry, funding: "credit", country: "US" },
    billing_details: { name: billing.name ?? null, email: billing.email ?? null, phone: null, address: null },
    created: call.now,
    customer: null,
    livemode: false,
    metadata: {},
  });
}

/** docs.stripe.com/error-codes: the card's own fields are a `card_error`, status 402. */
function cardError(code: string, message: string, param: string): ApiError {
  return new ApiError(402, message, { type: "card_error", code, param });
}

export const paymentMethodOperations: Operation[] = [
  operation(
    {
      name: "payment_methods.create",
      method: "POST",
      path: "/v1/payment_methods",
      client: true,
      schema: paymentMethodData.extend({ ...common, metadata: metadata.optional() }),
    },
    (call, parameters) => createPaymentMethod(call, parameters),
  ),
  operation(
    {
      name: "payment_methods.retrieve",
      method: "GET",
      path: "/v1/payment_methods/:id",
      schema: z.strictObject(common),
    },
    (call, _parameters, id) => {
      const method = call.state.paymentMethods.get(id);
      if (!method) throw missing("PaymentMethod", id, "payment_method");
      return method;
    },
  ),
];
