import { ApiError, docUrl } from "./api-error.ts";
import { charged } from "./balance.ts";
import { openDispute } from "./disputes.ts";
import { newId } from "./ids.ts";
import type { Charge, PaymentError, PaymentIntent, PaymentMethod } from "./objects.ts";
import { type Call, emit } from "./operation.ts";
import { behaviourOf } from "./payment-methods.ts";

/**
 * One attempt to charge the intent's card: authorised only if capture is manual
 * (docs.stripe.com/payments/place-a-hold-on-a-payment-method), else paid.
 * A decline leaves a failed charge, sends the intent back to `requires_payment_method` and is thrown as a card error
 * (docs.stripe.com/payments/paymentintents/lifecycle, docs.stripe.com/api/errors).
 */
export function charge(call: Call, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const { decline, dispute } = behaviourOf(call, method);
  const manual = intent.capture_method === "manual";
  const id = newId("ch");
  const isTaken = !decline && !manual;
  const attempt: Charge = {
    id,
    object: "charge",
    amount: intent.amount,
    amount_captured: isTaken ? intent.amount : 0,
    amount_refunded: 0,
    balance_transaction: isTaken ? charged(call, { ...intent, id }) : null,
    captured: isTaken,
    created: call.now,
    currency: intent.currency,
    description: intent.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    livemode: false,
    metadata: intent.metadata,
    outcome: {
      type: decline ? "issuer_declined" : "authorized",
      network_status: decline ? "declined_by_network" : "approved_by_network",
      reason: decline?.declineCode ?? decline?.code ?? null,
      seller_message: decline
        ? "The bank did not return any further details with this decline."
        : "Payment complete.",
    },
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: "card", card: method.card },
    refunded: false,
    transfer_group: intent.transfer_group,
    status: decline ? "failed" : "succeeded",
  };
  call.state.charges.put(attempt);
  if (decline) {
    emit(call, "charge.failed", attempt);
    const failed = failPayment(
      call,
      intent,
      {
        type: "card_error",
        code: decline.code,
        ...(decline.declineCode ? { decline_code: decline.declineCode } : {}),
        doc_url: docUrl(decline.code),
        message: decline.message,
        charge: attempt.id,
        payment_method: method,
      },
      attempt.id,
    );
    const { doc_url: _page, message, ...details } = failed.last_payment_error ?? { message: decline.message };
    throw new ApiError(402, message, { ...details, payment_intent: failed });
  }
  emit(call, "charge.succeeded", attempt);
  const next = call.state.paymentIntents.put({
    ...intent,
    status: manual ? "requires_capture" : "succeeded",
    amount_capturable: manual ? intent.amount : 0,
    amount_received: manual ? 0 : intent.amount,
    latest_charge: attempt.id,
    last_payment_error: null,
    next_action: null,
    payment_method: method.id,
  });
  emit(call, manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded", next);
  if (dispute && !manual) openDispute(call, attempt, { reason: "fraudulent" });
  return next;
}

/** A failed attempt: the intent asks for another payment method and says why (docs.stripe.com/api/payment_intents/object, `last_payment_error`). */
export function failPayment(
  call: Call,
  intent: PaymentIntent,
  error: PaymentError,
  latestCharge = intent.latest_charge,
): PaymentIntent {
  const failed = call.state.paymentIntents.put({
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_payment_error: error,
    latest_charge: latestCharge,
  });
  emit(call, "payment_intent.payment_failed", failed);
  return failed;
}

/** Releases an authorisation: nothing was taken, and the charge reads as refunded (docs.stripe.com/refunds#cancel-payment). */
export function releaseCharge(
  call: Call,
  intent: PaymentIntent,
  event: "charge.refunded" | "charge.expired",
): void {
  const held = call.state.charges.get(intent.latest_charge ?? "");
  if (!held || held.captured || held.status === "failed") return;
  emit(call, event, call.state.charges.put({ ...held, refunded: true, amount_refunded: held.amount }));
}
