import { ApiError, docUrl, invalid, missing, unexpectedState } from "./api-error.ts";
import { charged } from "./balance.ts";
import { charge, failPayment, releaseCharge } from "./charging.ts";
import { checkAmount } from "./currencies.ts";
import { openDispute } from "./disputes.ts";
import { newId, randomText } from "./ids.ts";
import type { PaymentIntent, PaymentMethod } from "./objects.ts";
import { type Call, emit } from "./operation.ts";
import { mergeMetadata } from "./parameters.ts";
import type {
  CancelParameters,
  CaptureParameters,
  ConfirmParameters,
  CreateParameters,
  UpdateParameters,
} from "./payment-intent-operations.ts";
import { behaviourOf, usePaymentMethod } from "./payment-methods.ts";

/** The intent; with a publishable key only to whom its client secret is known (docs.stripe.com/payments/payment-intents#passing-to-client). */
export function findIntent(call: Call, id: string, clientSecret: string | undefined): PaymentIntent {
  const intent = call.state.paymentIntents.get(id);
  if (!intent) throw missing("payment_intent", id, "intent");
  if (call.client && clientSecret === undefined) {
    throw invalid("Missing required param: client_secret.", "client_secret", "parameter_missing");
  }
  if (clientSecret !== undefined && clientSecret !== intent.client_secret) {
    throw invalid(
      "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
      "client_secret",
      "payment_intent_invalid_parameter",
    );
  }
  return intent;
}

/** docs.stripe.com/api/payment_intents/create */
export function createIntent(call: Call, parameters: CreateParameters): PaymentIntent {
  checkAmount(parameters.amount, parameters.currency);
  const types = parameters.payment_method_types;
  const automatic = parameters.automatic_payment_methods;
  if (automatic?.enabled && types) {
    throw invalid(
      "You may only specify one of automatic_payment_methods or payment_method_types.",
      "payment_method_types",
    );
  }
  const method = usePaymentMethod(call, parameters);
  const id = newId("pi");
  const intent = call.state.paymentIntents.put({
    id,
    object: "payment_intent",
    amount: parameters.amount,
    amount_capturable: 0,
    amount_received: 0,
    // On by default unless types are named: docs.stripe.com/upgrades#2023-08-16
    automatic_payment_methods: types
      ? null
      : { enabled: automatic?.enabled ?? true, allow_redirects: automatic?.allow_redirects ?? "always" },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: parameters.capture_method ?? "automatic_async",
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: "automatic",
    created: call.now,
    currency: parameters.currency,
    customer: null,
    description: parameters.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: mergeMetadata({}, parameters.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    payment_method_types: types ?? ["card"],
    processing: null,
    receipt_email: parameters.receipt_email ?? null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor_suffix: parameters.statement_descriptor_suffix ?? null,
    transfer_group: parameters.transfer_group ?? null,
    status: method ? "requires_confirmation" : "requires_payment_method",
  });
  emit(call, "payment_intent.created", intent);
  return parameters.confirm ? confirmIntent(call, intent, { return_url: parameters.return_url }) : intent;
}

/** docs.stripe.com/api/payment_intents/update: not once the payment is under way. */
export function updateIntent(call: Call, intent: PaymentIntent, parameters: UpdateParameters): PaymentIntent {
  const { metadata, payment_method: _method, expand: _expand, ...changes } = parameters;
  if (changes.amount !== undefined || changes.currency !== undefined) {
    checkAmount(changes.amount ?? intent.amount, changes.currency ?? intent.currency);
  }
  const before = ["requires_payment_method", "requires_confirmation", "requires_action"].includes(
    intent.status,
  );
  const changesPayment = [
    changes.amount,
    changes.currency,
    changes.capture_method,
    parameters.payment_method,
  ];
  if (!before && changesPayment.some((value) => value !== undefined)) {
    throw unexpectedState(
      `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
      intent,
    );
  }
  const method = usePaymentMethod(call, parameters);
  return call.state.paymentIntents.put({
    ...intent,
    ...changes,
    metadata: mergeMetadata(intent.metadata, metadata),
    ...(method
      ? { payment_method: method.id, status: "requires_confirmation" as const, next_action: null }
      : {}),
  });
}

/** docs.stripe.com/api/payment_intents/confirm */
export function confirmIntent(
  call: Call,
  intent: PaymentIntent,
  parameters: Omit<ConfirmParameters, "client_secret" | "key">,
): PaymentIntent {
  if (!["requires_payment_method", "requires_confirmation", "requires_action"].includes(intent.status)) {
    throw unexpectedState(
      intent.status === "succeeded" || intent.status === "requires_capture"
        ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      intent,
    );
  }
  // docs.stripe.com/upgrades#2023-08-16: methods that redirect need somewhere to return to; Stripe.js handles that itself.
  if (
    !call.client &&
    intent.automatic_payment_methods?.allow_redirects === "always" &&
    !parameters.return_url
  ) {
    throw invalid(
      "This PaymentIntent accepts payment methods that might redirect your customer: provide a `return_url`, or create it with `automatic_payment_methods[allow_redirects]` set to `never`.",
      "return_url",
    );
  }
  const method =
    usePaymentMethod(call, parameters) ?? call.state.paymentMethods.get(intent.payment_method ?? "");
  if (!method) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. Update it with a payment method and then confirm it again.",
      intent,
    );
  }
  const confirmed = {
    ...intent,
    payment_method: method.id,
    receipt_email: parameters.receipt_email ?? intent.receipt_email,
  };
  if (!behaviourOf(call, method).authenticate) return charge(call, confirmed, method);
  return requireAction(call, confirmed, method, parameters);
}

/** docs.stripe.com/payments/3d-secure/authentication-flow */
function requireAction(
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod,
  { return_url, use_stripe_sdk }: { return_url?: string; use_stripe_sdk?: boolean },
): PaymentIntent {
  const url = `${call.origin}/v3/authenticate?payment_intent=${intent.id}&client_secret=${intent.client_secret}`;
  const next = call.state.paymentIntents.put({
    ...intent,
    status: "requires_action",
    last_payment_error: null,
    next_action:
      return_url && !use_stripe_sdk
        ? {
            type: "redirect_to_url",
            redirect_to_url: { url: `${url}&return_url=${encodeURIComponent(return_url)}`, return_url },
          }
        : {
            type: "use_stripe_sdk",
            use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url, source: method.id },
          },
  });
  emit(call, "payment_intent.requires_action", next);
  return next;
}

/** The customer's answer to 3-D Secure (docs.stripe.com/testing#regulatory-cards: complete or fail). */
export function finishAuthentication(call: Call, intent: PaymentIntent, success: boolean): PaymentIntent {
  if (intent.status !== "requires_action") {
    throw unexpectedState(
      `This PaymentIntent has a status of ${intent.status} and asks for no authentication.`,
      intent,
    );
  }
  const method = call.state.paymentMethods.get(intent.payment_method ?? "");
  if (!method) throw missing("PaymentMethod", intent.payment_method ?? "");
  if (success) return charge(call, intent, method);
  const code = "payment_intent_authentication_failure";
  const message =
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
  return failPayment(call, intent, {
    type: "invalid_request_error",
    code,
    doc_url: docUrl(code),
    message,
    payment_method: method,
  });
}

/** docs.stripe.com/api/payment_intents/capture: all of it, or a part while the rest is released. */
export function captureIntent(
  call: Call,
  intent: PaymentIntent,
  parameters: CaptureParameters,
): PaymentIntent {
  const held = call.state.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "requires_capture" || !held) {
    throw unexpectedState(
      intent.status === "succeeded"
        ? "This PaymentIntent could not be captured because it has already been captured."
        : `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      intent,
    );
  }
  const amount = parameters.amount_to_capture ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable) {
    throw new ApiError(
      400,
      `The provided capture amount must be between 1 and ${intent.amount_capturable}.`,
      {
        code: "amount_too_large",
        param: "amount_to_capture",
      },
    );
  }
  const captured = call.state.charges.put({
    ...held,
    captured: true,
    amount_captured: amount,
    balance_transaction: charged(call, { ...held, amount }),
  });
  emit(call, "charge.captured", captured);
  const next = call.state.paymentIntents.put({
    ...intent,
    status: "succeeded",
    amount_capturable: 0,
    amount_received: amount,
    metadata: mergeMetadata(intent.metadata, parameters.metadata),
  });
  emit(call, "payment_intent.succeeded", next);
  const method = call.state.paymentMethods.get(captured.payment_method);
  if (method && behaviourOf(call, method).dispute) openDispute(call, captured, { reason: "fraudulent" });
  return next;
}

/** docs.stripe.com/api/payment_intents/cancel: releases what is held; impossible once captured. */
export function cancelIntent(call: Call, intent: PaymentIntent, parameters: CancelParameters): PaymentIntent {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
      intent,
    );
  }
  releaseCharge(call, intent, "charge.refunded");
  return close(call, intent, parameters.cancellation_reason ?? null);
}

/** An authorisation that nobody captured lapses (after 7 days, docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
export function expireAuthorization(call: Call, intent: PaymentIntent): PaymentIntent {
  if (intent.status !== "requires_capture") {
    throw unexpectedState(
      `This PaymentIntent has a status of ${intent.status} and holds no authorisation.`,
      intent,
    );
  }
  releaseCharge(call, intent, "charge.expired");
  return close(call, intent, "automatic");
}

function close(call: Call, intent: PaymentIntent, reason: string | null): PaymentIntent {
  const canceled = call.state.paymentIntents.put({
    ...intent,
    status: "canceled",
    amount_capturable: 0,
    canceled_at: call.now,
    cancellation_reason: reason,
    next_action: null,
  });
  emit(call, "payment_intent.canceled", canceled);
  return canceled;
}
