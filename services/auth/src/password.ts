import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Code } from "@connectrpc/connect";
import { DomainError } from "@ticketing/runtime/domain-error";

// OWASP Password Storage Cheat Sheet: argon2id with m=19456 KiB, t=2, p=1.
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
/** Callers that may wait for their turn; beyond it the service says that it is busy instead of stalling. */
const MAX_WAITING = 512;

const derive = promisify(argon2);

/** Hashing and checking passwords, one at a time in a process so that a flood cannot take its memory. */
export interface PasswordHasher {
  /** A PHC string with a fresh salt. */
  hash(password: string): Promise<string>;
  /** Whether the password made the hash. Without a hash it takes as long and says no. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** A hasher with a queue of its own. Throws RESOURCE_EXHAUSTED BUSY when the queue is full. */
export function createPasswordHasher(): PasswordHasher {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= MAX_WAITING) {
      throw new DomainError(Code.ResourceExhausted, "BUSY", "too many sign-ins at once; try again shortly");
    }
    waiting++;
    const result = turn.then(work).finally(() => waiting--);
    turn = result.catch(() => undefined);
    return result;
  }

  const tag = (password: string, salt: Uint8Array) =>
    inTurn(() =>
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
    async hash(password) {
      const salt = randomBytes(16);
      return format(salt, await tag(password, salt));
    },
    async verify(password, hash) {
      const stored = hash === undefined ? undefined : parse(hash);
      const computed = await tag(password, stored?.salt ?? randomBytes(16));
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
