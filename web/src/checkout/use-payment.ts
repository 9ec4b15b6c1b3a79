import { useQuery as useCall } from "@connectrpc/connect-query";
import type { PaymentIntent, Stripe, StripeElements, StripeError } from "@stripe/stripe-js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { useRef } from "react";
import { loadStripe } from "./stripe-js.ts";

/** An error that Stripe answers with. It is thrown, so that queries and mutations keep it as their error. */
export class PaymentRefused extends Error {
  readonly stripe: StripeError;

  constructor(stripe: StripeError) {
    super(stripe.code ?? stripe.type);
    this.name = "PaymentRefused";
    this.stripe = stripe;
  }
}

/** The payment of an order, in this browser. Card data goes from Stripe's fields to Stripe. */
export interface PaymentInBrowser {
  /** Set when Stripe.js has loaded; `intent` is the last state that Stripe sent. */
  readonly ready: { readonly stripe: Stripe; readonly clientSecret: string } | undefined;
  readonly intent: PaymentIntent | undefined;
  /** Why the payment cannot begin. */
  readonly failure: unknown;
  retry(): void;
  /** Confirms with the card in the fields. Does nothing while another attempt is under way. */
  pay(elements: StripeElements): void;
  /** Continues with the bank's question that an earlier attempt or another tab left open. */
  authenticate(): void;
  readonly paying: boolean;
  /** Why the last attempt failed. */
  readonly problem: StripeError | undefined;
}

/**
 * Opens the order's payment (the same one in every tab and after every reload) and asks Stripe where it stands. Begins
 * once `wanted`.
 */
export function usePayment(orderId: string, wanted: boolean): PaymentInBrowser {
  const queries = useQueryClient();
  const busy = useRef(false);
  const started = useCall(
    PaymentService.method.startPayment,
    { orderId },
    { enabled: wanted, staleTime: Number.POSITIVE_INFINITY },
  );
  const { data } = started;
  const stripe = useQuery({
    queryKey: ["stripe-js", data?.stripeJsUrl, data?.publishableKey],
    queryFn: () => loadStripe(data?.stripeJsUrl ?? "", data?.publishableKey ?? ""),
    enabled: data !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // An object with state of its own, which cannot be compared as data.
    structuralSharing: false,
  });
  const ready = data && stripe.data ? { stripe: stripe.data, clientSecret: data.clientSecret } : undefined;
  const intentKey = ["payment-intent", orderId];
  const intent = useQuery({
    queryKey: intentKey,
    queryFn: async () => intentOf(await ready?.stripe.retrievePaymentIntent(ready.clientSecret)),
    enabled: ready !== undefined,
  });

  const attempt = useMutation({
    async mutationFn(elements: StripeElements | undefined) {
      if (!ready) throw new Error("an attempt began before Stripe was there");
      return elements
        ? confirm(ready.stripe, elements)
        : intentOf(await ready.stripe.handleNextAction({ clientSecret: ready.clientSecret }));
    },
    onSuccess: (confirmed) => queries.setQueryData(intentKey, confirmed),
    onError(error) {
      const refusal = error instanceof PaymentRefused ? error.stripe : undefined;
      if (refusal?.payment_intent) queries.setQueryData(intentKey, refusal.payment_intent);
      // The outcome is unknown: ask Stripe. Trying again meanwhile is safe, since an intent is paid once.
      else if (refusal?.type !== "validation_error") void queries.invalidateQueries({ queryKey: intentKey });
    },
    onSettled() {
      busy.current = false;
    },
  });
  const begin = (elements?: StripeElements) => {
    if (busy.current) return;
    busy.current = true;
    attempt.mutate(elements);
  };

  return {
    ready,
    intent: intent.data,
    failure: started.error ?? stripe.error ?? (intent.data ? undefined : intent.error) ?? undefined,
    retry() {
      for (const query of [started, stripe, intent]) if (query.isError) void query.refetch();
    },
    pay: begin,
    authenticate: () => begin(),
    paying: attempt.isPending,
    problem: problemOf(attempt.error) ?? intent.data?.last_payment_error ?? undefined,
  };
}

/**
 * docs.stripe.com/js/payment_intents/confirm_payment: cards stay on the page, other ways of paying may lead away and
 * back.
 */
async function confirm(stripe: Stripe, elements: StripeElements): Promise<PaymentIntent> {
  const { error } = await elements.submit();
  if (error) throw new PaymentRefused(error);
  const confirmParams = { return_url: location.origin + location.pathname };
  return intentOf(await stripe.confirmPayment({ elements, confirmParams, redirect: "if_required" }));
}

function intentOf(answer: { paymentIntent?: PaymentIntent; error?: StripeError } | undefined): PaymentIntent {
  if (answer?.error) throw new PaymentRefused(answer.error);
  if (!answer?.paymentIntent) throw new Error("Stripe answered with neither a payment nor an error");
  return answer.paymentIntent;
}

function problemOf(error: unknown): StripeError | undefined {
  if (error instanceof PaymentRefused) return error.stripe;
  return error ? { type: "api_error" } : undefined;
}
