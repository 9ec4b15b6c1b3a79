import { address, addresses, processConfig, readConfig } from "@ticketing/runtime/config";
import { z } from "zod";

const schema = z.object({
  ...processConfig.shape,
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: z.string().min(1).default("default"),
  /** Internal ports of the services that the lifecycle calls. */
  TICKETS_ADDRESS: addresses,
  ORDERS_ADDRESS: addresses,
  PAYMENTS_ADDRESS: addresses,
  /** Names this version of the workflow code. */
  WORKER_BUILD_ID: z.string().min(1),
  /** Declined attempts after which an order is cancelled. */
  MAX_DECLINES: z.coerce.number().int().min(1).default(3),
});

/** Everything that this process reads from its environment. */
export const config = () => readConfig(schema);
