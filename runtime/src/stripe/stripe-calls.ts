import Stripe from "stripe";
import { inTime } from "../process/in-time.ts";
import { failureOf, StripeFailure } from "./stripe-failure.ts";
import type { StripeKeyWatch } from "./stripe-key-watch.ts";

/**
 * The longest that a call may take, repeats included: three of them end before their workflow gives up (14 s), which is
 * what moving money takes. A transfer takes more where the seller's account is fetched, too: asked again, it is looked
 * for before it is made. Opening a payment, which may take three as well, has a deadline for all of them.
 */
const LONGEST_CALL_MS = 4_500;
/** The SDK repeats with the same idempotency key what Stripe asks to repeat: lost connections and conflicts. */
const SDK_RETRIES = 1;

/** Where Stripe is, and with which key it is asked. */
export interface StripeOptions {
  secretKey: string;
  /** The double's address; absent: Stripe itself. */
  url?: string | undefined;
  keyWatch: StripeKeyWatch;
  longestCallMs?: number;
}

/** The official SDK, and how a service calls it. */
export interface StripeCalls {
  stripe: Stripe;
  /**
   * Makes a call, known to the key watch by `name`. Fails as {@link StripeFailure}. `owned`: it names what Stripe has
   * given us; that it knows no such thing tells that the key is another account's.
   */
  call<T>(name: string, work: () => Promise<T>, owned?: boolean): Promise<T>;
}

/** Stripe, or its double, through the official SDK. */
export function createStripeCalls(options: StripeOptions): StripeCalls {
  const { keyWatch, longestCallMs = LONGEST_CALL_MS } = options;
  const url = options.url ? new URL(options.url) : undefined;
  const stripe = new Stripe(options.secretKey, {
    timeout: longestCallMs,
    maxNetworkRetries: SDK_RETRIES,
    telemetry: false,
    ...(url && {
      host: url.hostname,
      port: Number(url.port),
      protocol: url.protocol === "https:" ? ("https" as const) : ("http" as const),
    }),
  });
  return {
    stripe,
    async call(name, work, owned = false) {
      try {
        const answer = await inTime(
          work(),
          longestCallMs,
          () => new Error(`no answer in ${longestCallMs} ms`),
        );
        keyWatch.accepted(name);
        return answer;
      } catch (error) {
        const failure = failureOf(error);
        const { code } = failure;
        const known = owned && code === "resource_missing" ? new StripeFailure("key", code, error) : failure;
        if (known.kind === "key") keyWatch.refused(name, known);
        else if (known.kind === "refused" && code !== "resource_missing") keyWatch.accepted(name);
        throw known;
      }
    },
  };
}
