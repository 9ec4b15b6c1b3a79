import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createFairQueue } from "./fair-queue.ts";

// OWASP Password Storage Cheat Sheet: argon2id with m=19456 KiB, t=2, p=1.
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
/** Who may wait for a turn: at 40 ms for a hash, 256 turns are as long as any call may take. */
const WAITING = { perAddress: 256, total: 2048 };

const derive = promisify(argon2);

/**
 * Hashing and checking passwords, one at a time in a process so that a flood cannot take its memory, and each client
 * address in turn so that it cannot take everybody's time. Throws RESOURCE_EXHAUSTED BUSY when too many wait.
 */
export interface PasswordHasher {
  /** A PHC string with a fresh salt. */
  hash(password: string, address: string): Promise<string>;
  /** Whether the password made the hash. Without a hash it takes as long and says no. */
  verify(password: string, hash: string | undefined, address: string): Promise<boolean>;
}

/** A hasher with a queue of its own. */
export function createPasswordHasher(): PasswordHasher {
  const queue = createFairQueue(WAITING);

  const tag = (password: string, salt: Uint8Array, address: string) =>
    queue.run(address, () =>
      derive("argon2id", {
        message: password.normalize("NFKC"),
        nonce: salt,
        parallelism: 1,
        tagLength: TAG_BYTES,
        memory: MEMORY_KIB,
        passes: PASSES,
      }),
    );

  return {
    async hash(password, address) {
      const salt = randomBytes(16);
      return format(salt, await tag(password, salt, address));
    },
    async verify(password, hash, address) {
      const stored = hash === undefined ? undefined : parse(hash);
      const computed = await tag(password, stored?.salt ?? randomBytes(16), address);
      return stored !== undefined && timingSafeEqual(computed, stored.tag);
    },
  };
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

function format(salt: Uint8Array, tag: Uint8Array): string {
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${encode(salt)}$${encode(tag)}`;
}

function parse(phc: string): { salt: Buffer; tag: Buffer } {
  const [, , , parameters, salt, tag] = phc.split("$");
  if (parameters !== `m=${MEMORY_KIB},t=${PASSES},p=1` || salt === undefined || tag === undefined) {
    throw new Error("a stored password hash has unknown parameters");
  }
  return { salt: Buffer.from(salt, "base64"), tag: Buffer.from(tag, "base64") };
}
