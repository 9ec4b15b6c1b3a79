import type { Clock } from "@ticketing/runtime/process/clock";

/** A buyer who reloads the page or comes back to it asks within this time. */
const KEPT_MS = 5 * 60_000;

/**
 * The client secrets that Stripe told lately, so that who asks again does not make this process ask Stripe again. They
 * are in its memory alone: neither the database nor a log has them, and another replica asks Stripe for its own.
 * A secret stays the same as long as there is its PaymentIntent; whether it may leave is asked of the payment.
 */
export interface ClientSecrets {
  find(intentId: string): string | undefined;
  keep(intentId: string, secret: string): void;
}

export function createClientSecrets(clock: Clock): ClientSecrets {
  /** The first is the one to be forgotten next. */
  const kept = new Map<string, { secret: string; until: number }>();

  function forgetOld(): void {
    const now = clock().getTime();
    for (const [intentId, { until }] of kept) {
      if (until > now) return;
      kept.delete(intentId);
    }
  }

  return {
    find(intentId) {
      forgetOld();
      return kept.get(intentId)?.secret;
    },
    keep(intentId, secret) {
      forgetOld();
      kept.delete(intentId);
      kept.set(intentId, { secret, until: clock().getTime() + KEPT_MS });
    },
  };
}
