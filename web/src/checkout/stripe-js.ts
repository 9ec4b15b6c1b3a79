import type { Stripe, StripeConstructor } from "@stripe/stripe-js";

declare global {
  interface Window {
    Stripe?: StripeConstructor;
  }
}

let script: Promise<void> | undefined;
const instances = new Map<string, Stripe>();

/**
 * Stripe.js for one publishable key, from the address that the payments service names: Stripe's own
 * (docs.stripe.com/js/including) or its double's. It is loaded when somebody pays, and kept. A failed load is tried
 * again.
 */
export async function loadStripe(url: string, publishableKey: string): Promise<Stripe> {
  script ??= loadScript(url).catch((error: unknown) => {
    script = undefined;
    throw error;
  });
  await script;
  if (!window.Stripe) throw new StripeJsMissing();
  const known = instances.get(publishableKey) ?? window.Stripe(publishableKey, { locale: "en" });
  instances.set(publishableKey, known);
  return known;
}

/** Stripe.js did not load, or did not define what it should. */
export class StripeJsMissing extends Error {
  constructor() {
    super("Stripe.js could not be loaded");
    this.name = "StripeJsMissing";
  }
}

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new StripeJsMissing());
    };
    document.head.append(element);
  });
}
