import type { Logger } from "@ticketing/runtime/process/log";
import type { StripeGateway } from "./stripe-gateway.ts";

/**
 * Looks, until Stripe has answered once, whether the platform's account keeps a balance in each currency that is offered.
 * What is paid in another is converted, and no seller can be paid from it in the currency of the price:
 * https://docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability
 */
export function createSettlementCheck(deps: {
  /** The currencies that are offered, as ISO 4217 codes. */
  offered: readonly string[];
  stripe: Pick<StripeGateway, "settledCurrencies">;
  log: Pick<Logger, "error">;
}): () => Promise<void> {
  const { offered, stripe, log } = deps;
  let missing: string[] | undefined;

  /** Rejects while Stripe has not answered, and from then on if a currency is missing. */
  return async () => {
    if (!missing) {
      const settled = await stripe.settledCurrencies();
      missing = offered.filter((currency) => !settled.includes(currency));
      if (missing.length > 0) log.error({ missing, settled }, "FEES offers what Stripe does not settle in");
    }
    if (missing.length > 0) throw new Error(`Stripe does not settle in ${missing.join(", ")}`);
  };
}
