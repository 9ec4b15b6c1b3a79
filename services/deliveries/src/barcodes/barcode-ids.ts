import { createHmac, hkdfSync } from "node:crypto";
import type { SecretKeys } from "@ticketing/runtime/process/secret-keys";

/** The ids under which barcodes are stored, by the digests of their texts. */
export type BarcodeIds = (digests: readonly string[]) => string[];

/**
 * HMAC-SHA-256 in hex of each digest under a key that belongs to each of these: who reads the database learns no barcode,
 * and cannot try some out. A barcode has an id for every key, and is claimed under each of them: while keys are replaced,
 * processes that know the older one alone meet the same claims.
 */
export function barcodeIds(keys: SecretKeys): BarcodeIds {
  const derived = [...keys.values()].map((key) => Buffer.from(hkdfSync("sha256", key, "", INFO, 32)));
  return (digests) =>
    derived.flatMap((key) => digests.map((digest) => createHmac("sha256", key).update(digest).digest("hex")));
}

const INFO = "ticketing barcodes";
