import { addresses, commonConfig, databaseConfig, readConfig } from "@ticketing/runtime/process/config";
import { defaultLimits, secondPersonLimits } from "@ticketing/runtime/values/second-person";
import { z } from "zod";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  /** The internal port of payouts. */
  PAYOUTS_ADDRESS: addresses,
  /** The internal port of payments. */
  PAYMENTS_ADDRESS: addresses,
  /** The internal port of deliveries. */
  DELIVERIES_ADDRESS: addresses,
  /** Up to which price one operator decides alone. */
  CASE_SECOND_PERSON_LIMIT: secondPersonLimits.default(defaultLimits),
  /**
   * Whether operators can decide that a part of the price goes back. `off` while processes of the release before may run
   * that know no parts: payouts would pay the seller all, and workers close the case without giving anything back.
   */
  PART_REFUNDS: z.enum(["on", "off"]).default("off"),
  /**
   * Whether operators can accept the loss of a dispute. `off` while processes of the release before may run that know
   * nothing of it: workers would ask for a refund in its place, or tell the bank what speaks for the sale.
   */
  ACCEPT_LOSSES: z.enum(["on", "off"]).default("off"),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
