import { ApiError } from "./api-error.ts";
import type { Operation } from "./operation.ts";

export interface Keys {
  secretKey: string;
  publishableKey: string;
}

/**
 * Whose key came with a request, as bearer, as basic user name or, from a browser, as parameter `key`
 * (docs.stripe.com/api/authentication, docs.stripe.com/keys).
 * @returns whether it is the publishable one.
 */
export function authenticate(keys: Keys, authorization: string | undefined, keyParameter: unknown): boolean {
  const key = readKey(authorization) ?? (typeof keyParameter === "string" ? keyParameter : undefined);
  if (!key) throw new ApiError(401, "You did not provide an API key.");
  if (/^(sk|pk|rk)_live_/.test(key)) {
    throw new ApiError(401, "This is a local double of Stripe: it refuses live keys. Use a test key.", {
      code: "api_key_expired",
    });
  }
  if (key === keys.secretKey) return false;
  if (key === keys.publishableKey) return true;
  throw new ApiError(
    401,
    `Invalid API Key provided: ${key.slice(0, 8)}****${key.length > 16 ? key.slice(-4) : ""}`,
  );
}

/** docs.stripe.com/error-codes#secret-key-required */
export function requireAccess(operation: Operation, client: boolean): void {
  if (!client || operation.client) return;
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
