import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createFairQueue } from "./fair-queue.ts";

/** What a hash costs. */
interface Cost {
  /** KiB */
  memory: number;
  passes: number;
  parallelism: number;
}
/** What a new hash costs: OWASP Password Storage Cheat Sheet, argon2id with m=19456 KiB, t=2, p=1. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
/** The most that a stored hash may cost, or a damaged one could take the process's memory and time. */
const MOST: Cost = { memory: 262_144, passes: 10, parallelism: 16 };
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
  /**
   * Whether the password made the hash, which may have been made at another cost than today's. Without a hash it takes
   * as long and says no. Throws for a hash that is no argon2id or costs too much.
   */
  verify(password: string, hash: string | undefined, address: string): Promise<boolean>;
}

/** Whether a hash was made at another cost than today's: make it anew when its password is known. */
export const isOutdated = (hash: string): boolean => !hash.startsWith(`${prefix(COST)}$`);

/** A hasher with a queue of its own. */
export function createPasswordHasher(): PasswordHasher {
  const queue = createFairQueue(WAITING);

  const tag = (password: string, salt: Uint8Array, cost: Cost, tagLength: number, address: string) =>
    queue.run(address, () =>
      derive("argon2id", { message: password.normalize("NFKC"), nonce: salt, tagLength, ...cost }),
    );

  return {
    async hash(password, address) {
      const salt = randomBytes(16);
      const made = await tag(password, salt, COST, TAG_BYTES, address);
      return `${prefix(COST)}$${encode(salt)}$${encode(made)}`;
    },
    async verify(password, hash, address) {
      if (hash === undefined) {
        await tag(password, randomBytes(16), COST, TAG_BYTES, address);
        return false;
      }
      const stored = parse(hash);
      const computed = await tag(password, stored.salt, stored.cost, stored.tag.length, address);
      return timingSafeEqual(computed, stored.tag);
    },
  };
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

const prefix = ({ memory, passes, parallelism }: Cost) =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}`;

/** The parts of a PHC string (github.com/P-H-C/phc-string-format) of argon2id, of which RFC 9106 bounds salt and tag. */
function parse(phc: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const [, memory, passes, parallelism, salt = "", tag = ""] =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([\w+/]{11,86})\$([\w+/]{16,86})$/.exec(phc) ??
    [];
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const isSane =
    cost.memory >= 8 * cost.parallelism &&
    (["memory", "passes", "parallelism"] as const).every(
      (name) => cost[name] >= 1 && cost[name] <= MOST[name],
    );
  if (!isSane) throw new Error("a stored password hash has parameters that are not taken");
  return { cost, salt: Buffer.from(salt, "base64"), tag: Buffer.from(tag, "base64") };
}
