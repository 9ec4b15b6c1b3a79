import type { Logger } from "../process/log.ts";
import { instrument } from "../process/telemetry.ts";
import type { StripeFailure } from "./stripe-failure.ts";

const refusals = instrument((meter) =>
  meter.createCounter("ticketing.stripe.key_refusals", {
    description: "Calls that Stripe answered with: this key may not do that",
  }),
);

/** Whether Stripe accepts our secret key, for each call apart: a restricted key may fetch and not refund. */
export interface StripeKeyWatch {
  accepted(call: string): void;
  refused(call: string, failure: StripeFailure): void;
  /** Rejects while there is a call that the key may not do. */
  ping(): Promise<void>;
}

/** Tells operators, in the log, the metrics and the health of the process, that the key has to be replaced. */
export function createStripeKeyWatch(log: Pick<Logger, "error" | "info">): StripeKeyWatch {
  const refused = new Map<string, string>();
  return {
    accepted(call) {
      if (refused.delete(call)) log.info({ call }, "Stripe accepts our key again");
    },
    refused(call, failure) {
      refusals().add(1, { call });
      if (!refused.has(call)) log.error({ call, err: failure }, "Stripe does not accept our key");
      refused.set(call, failure.message);
    },
    async ping() {
      const [first] = refused;
      if (first) throw new Error(`Stripe does not accept our key for ${first.join(": ")}`);
    },
  };
}
