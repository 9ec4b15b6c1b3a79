import { randomInt } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` random letters and digits. */
export function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

/** A new id in Stripe's form: the object's prefix and 24 random characters, e.g. `pi_…`. */
export function newId(prefix: string): string {
  return `${prefix}_${randomText(24)}`;
}
