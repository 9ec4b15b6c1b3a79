import { publicKey } from "@ticketing/runtime/identity/key-files";
import type { JWK } from "jose";

/**
 * A key in a ring. `nbf` is when one that waits may sign, `exp` when one that has signed may go: seconds since 1970,
 * named as in OpenID Federation 1.0, section 8.7.2.
 */
export interface RingKey extends JWK {
  readonly nbf?: number;
  readonly exp?: number;
}

/**
 * The content of a file of private keys. The first one signs; behind it stand, while it is replaced, one with a
 * private part that waits to sign, or one without that has signed.
 */
export type KeyRing = readonly [RingKey, ...RingKey[]];

/** The steps of a rotation, in their order. Each is safe at any time, for both keys are good until the last one. */
export type Step = "add" | "use" | "drop";

/** The next step, and from when on it may be taken, in seconds since 1970. */
export interface DueStep {
  readonly step: Step;
  readonly from: number;
}

/** What a rotation has to wait for, in seconds. */
export interface Waits {
  /** Until every process has read what was written. */
  readonly spread: number;
  /** Until nothing that a key has signed is good any more. */
  readonly lifetime: number;
}

export const waitingKey = ([, ...others]: KeyRing): RingKey | undefined => others.find(({ d }) => d);

export function dueStep(ring: KeyRing): DueStep {
  const waiting = waitingKey(ring);
  if (waiting) return { step: "use", from: waiting.nbf ?? 0 };
  if (ring.length > 1) return { step: "drop", from: Math.max(...ring.slice(1).map(({ exp }) => exp ?? 0)) };
  return { step: "add", from: 0 };
}

/** A new key stands behind the one that signs, for others to know it before it does. */
export const addKey = ([signing]: KeyRing, key: JWK, now: number, waits: Waits): KeyRing => [
  signing,
  { ...key, nbf: now + waits.spread },
];

/** The waiting key signs now; what the other key signed stays valid until all processes know the new one. */
export function useKey(ring: KeyRing, now: number, waits: Waits): KeyRing {
  const waiting = waitingKey(ring);
  if (!waiting) throw new Error("no key waits to sign");
  const { nbf: _, ...signing } = waiting;
  return [signing, { ...publicKey(ring[0]), exp: now + waits.spread + waits.lifetime }];
}

/** The key that signs is the only one. */
export const dropKey = ([signing]: KeyRing): KeyRing => [signing];
