import {
  addresses,
  commonConfig,
  databaseConfig,
  duration,
  readConfig,
} from "@ticketing/runtime/process/config";
import { secretKeys } from "@ticketing/runtime/process/secret-keys";
import { z } from "zod";
import { bucketConfig, bucketFaults } from "./files/bucket.ts";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** The internal port of orders. */
  ORDERS_ADDRESS: addresses,
  /** The internal port of tickets. */
  TICKETS_ADDRESS: addresses,
  /** The keys by which what sellers deliver is encrypted at rest: the first one seals. */
  CONTENT_KEYS: secretKeys,
  /** How long before the event's start a ticket has to be delivered. */
  DELIVERY_LEAD: duration.default(86_400_000),
  /** The time that a seller has at least, where the lead has begun when the order completes; never past the start. */
  DELIVERY_LEAST_TIME: duration.default(3_600_000),
  /** How long before a ticket has to be delivered its seller is reminded, each time once; with commas between them. */
  DELIVERY_REMINDERS: z
    .preprocess((list) => (typeof list === "string" ? list.split(",") : list), z.array(duration))
    .default([72 * 3_600_000, 24 * 3_600_000, 3 * 3_600_000]),
  /**
   * The origin at which browsers find files, another one than the app's: whoever uploads a page is to reach nothing of the
   * app by it. The gateway's, or that of a bucket. Absent: tickets are not delivered as files.
   */
  FILES_URL: z.url().optional(),
  ...bucketConfig.shape,
  /** What uploads that nobody has delivered may take at the broker, in bytes; absent: what the broker has. */
  UPLOADS_MAX_BYTES: z.coerce.number().int().positive().optional(),
  /** What delivered files may take there, in bytes; absent: what the broker has. */
  FILES_MAX_BYTES: z.coerce.number().int().positive().optional(),
  /** The age at which a delivered file is deleted. */
  FILE_MAX_AGE: duration.default(730 * 86_400_000),
  /** How often it is looked whether the file of a listed ticket is still needed: so long it stays at most when it is not. */
  LISTED_FILE_LOOK: duration.default(3_600_000),
  /** Who makes out anew what is sold with its file: nobody, or a fake for development and tests. */
  TICKET_ISSUER: z.enum(["none", "fake"]).default("none"),
  /** How often deliveries are looked for that have become overdue, or whose sellers are to be reminded. */
  OVERDUE_EVERY: duration.default(10_000),
});

export type Config = z.output<typeof schema>;

/** Everything that this process reads from its environment. Refuses what does not fit together, too. */
export function config(env = process.env): Config {
  const parsed = readConfig(schema, env);
  const faults = bucketFaults(parsed);
  if (faults.length === 0) return parsed;
  throw new Error(`the environment does not fit together:\n  ${faults.join("\n  ")}`);
}
