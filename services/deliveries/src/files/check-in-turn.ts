import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Verdict } from "./check-content.ts";

type Check = (bytes: Uint8Array) => Promise<Verdict>;

/** So many files are looked at side by side: each takes a process of its own, with its memory. */
const AT_ONCE = 2;
/** So many wait; more than that would wait for longer than a call may take. */
const WAITING = 20;
const RETRY_MS = 2_000;

/** Lets few files be looked at at a time; the others wait for their turn. Throws TOO_MANY_UPLOADS where too many wait. */
export function checkInTurn(check: Check, { atOnce = AT_ONCE, waiting = WAITING } = {}): Check {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (bytes) => {
    if (running >= atOnce) {
      if (queue.length >= waiting) {
        throw new DomainError("TOO_MANY_UPLOADS", "too many files wait to be looked at", {}, RETRY_MS);
      }
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running++;
    try {
      return await check(bytes);
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}
