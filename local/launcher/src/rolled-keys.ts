import { newSecretKey } from "@ticketing/runtime/process/secret-keys";

/**
 * Keys of what is signed, in a variable: the one that signs, the one that signs after the next replacement, and the one
 * that signed before. So a process that has not been restarted since the last replacement knows what the others sign
 * with already, and they know what it signs with. `held` are the keys until now; without any, new ones are made.
 */
export function rolledKeys(held?: string): string {
  const [signing, next = newSecretKey()] = held?.split(",") ?? [];
  return [next, newSecretKey(), ...(signing ? [signing] : [])].join(",");
}
