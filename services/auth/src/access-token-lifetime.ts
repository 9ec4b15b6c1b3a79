import { duration } from "@ticketing/runtime/process/config";

/** How long an access token is good for, and with it what its key has signed: `ACCESS_TOKEN_LIFETIME`. */
export const accessTokenLifetime = duration.default(15 * 60_000);
