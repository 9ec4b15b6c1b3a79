import { ApiError } from "./api-error.ts";
import type { Operation } from "./operation.ts";
import { restrictedOperations } from "./restricted-key.ts";

export interface Keys {
  secretKey: string;
  publishableKey: string;
  /** May do what {@link restrictedOperations} names. */
  restrictedKey: string;
}

/** Whose key it is that a request came with. */
export type Caller = "secret" | "restricted" | "browser";

/**
 * Whose key came with a request, as bearer, as basic user name or, from a browser, as parameter `key`
 * (docs.stripe.com/api/authentication, docs.stripe.com/keys).
 */
export function authenticate(keys: Keys, authorization: string | undefined, keyParameter: unknown): Caller {
  const key = readKey(authorization) ?? (typeof keyParameter === "string" ? keyParameter : undefined);
  if (!key) throw new ApiError(401, "You did not provide an API key.");
  if (/^(sk|pk|rk)_live_/.test(key)) {
    throw new ApiError(401, "This is a local double of Stripe: it refuses live keys. Use a test key.", {
      code: "api_key_expired",
    });
  }
  if (key === keys.secretKey) return "secret";
  if (key === keys.restrictedKey) return "restricted";
  if (key === keys.publishableKey) return "browser";
  throw new ApiError(
    401,
    `Invalid API Key provided: ${key.slice(0, 8)}****${key.length > 16 ? key.slice(-4) : ""}`,
  );
}

/** docs.stripe.com/error-codes#secret-key-required and docs.stripe.com/keys/restricted-api-keys */
export function requireAccess(operation: Operation, caller: Caller): void {
  if (caller === "restricted" && !restrictedOperations.includes(operation.name)) {
    throw new ApiError(403, `The provided key does not have the permissions for ${operation.name}.`);
  }
  if (caller !== "browser" || operation.client) return;
  throw new ApiError(
    403,
    "This API call cannot be made with a publishable API key. Please use a secret API key.",
    {
      code: "secret_key_required",
    },
  );
}

function readKey(authorization: string | undefined): string | undefined {
  const [scheme, value = ""] = authorization?.split(" ") ?? [];
  if (scheme?.toLowerCase() === "bearer") return value;
  if (scheme?.toLowerCase() === "basic") return Buffer.from(value, "base64").toString("utf8").split(":")[0];
  return undefined;
}
