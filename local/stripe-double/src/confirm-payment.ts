/**
 * Confirms a PaymentIntent as Stripe.js does in a browser: with the publishable key and the client secret, never
 * with a secret key. `paymentMethod` is one of Stripe's test ids.
 * https://docs.stripe.com/api/payment_intents/confirm and https://docs.stripe.com/testing
 */
export async function confirmPayment(
  stripeUrl: string,
  payment: { clientSecret: string; publishableKey: string },
  paymentMethod: string,
): Promise<{ ok: boolean; status?: string; declineCode?: string }> {
  const [intentId] = payment.clientSecret.split("_secret_");
  const response = await fetch(`${stripeUrl}/v1/payment_intents/${intentId}/confirm`, {
    method: "POST",
    body: new URLSearchParams({
      key: payment.publishableKey,
      client_secret: payment.clientSecret,
      payment_method: paymentMethod,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as {
    status?: string;
    error?: { code?: string; decline_code?: string };
  };
  return {
    ok: response.ok,
    status: answer.status,
    declineCode: answer.error?.decline_code ?? answer.error?.code,
  };
}
