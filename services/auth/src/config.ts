import { commonConfig, databaseConfig, duration, readConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";
import { accessTokenLifetime } from "./access-token-lifetime.ts";

/** The variables that this process reads. */
export const schema = z.object({
  ...commonConfig.shape,
  ...databaseConfig.shape,
  /** File with the private Ed25519 key that signs access tokens: a JWK, or a JWKS whose first key signs. */
  TOKEN_KEY_FILE: z.string().min(1),
  ACCESS_TOKEN_LIFETIME: accessTokenLifetime,
  REFRESH_TOKEN_LIFETIME: duration.default(30 * 24 * 3_600_000),
  /** Accounts that one address may open in an hour. */
  SIGN_UP_LIMIT: z.coerce.number().int().positive().default(30),
  /** Accounts that get the role `operator`: addresses separated by commas. */
  OPERATOR_EMAILS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((email) => email.trim().toLowerCase())
        .filter(Boolean),
    ),
});

/** Everything that this process reads from its environment. */
export const config = (env = process.env) => readConfig(schema, env);
