import type Stripe from "stripe";

/** How old a signature may be, in seconds. https://docs.stripe.com/webhooks#verify-official-libraries */
const TOLERANCE_S = 300;

/**
 * The event in a webhook that one of the secrets has signed; undefined when signature or age (300 s) is wrong, or when it is
 * a thin event (https://docs.stripe.com/event-destinations), which carries no object.
 */
export function signedEvent(
  { webhooks }: Pick<Stripe, "webhooks">,
  secrets: readonly string[],
  body: Uint8Array,
  signature: string,
): Stripe.Event | "thin" | undefined {
  const raw = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const isSigned = secrets.some((secret) => {
    try {
      return webhooks.signature?.verifyHeader(raw, signature, secret, TOLERANCE_S);
    } catch {
      return false;
    }
  });
  if (!isSigned) return undefined;
  try {
    const event: Stripe.Event | Stripe.V2.Core.EventNotification = JSON.parse(raw.toString());
    return event.object === "event" ? event : "thin";
  } catch {
    return undefined;
  }
}
