import { argon2Sync, randomBytes } from "node:crypto";

/** A PHC string of argon2id as another release may have made it, with this cost and so many bytes of salt and tag. */
export function madeAt(
  password: string,
  cost: { memory: number; passes: number; parallelism: number },
  saltBytes = 16,
  tagLength = 32,
): string {
  const nonce = randomBytes(saltBytes);
  const tag = argon2Sync("argon2id", { message: password, nonce, tagLength, ...cost });
  const [salt, text] = [nonce, tag].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${salt}$${text}`;
}
