import type { Interceptor } from "@connectrpc/connect";
import { optionalUser } from "../identity/identity.ts";
import { DomainError } from "../process/domain-error.ts";
import { clientNetwork } from "./client-network.ts";

/** How many streams may be open at a time. */
export interface StreamLimits {
  /** Of one user, or of one address without a session. */
  readonly perCaller: number;
  /** Of one address, all who call from there together: many users may share one, but not any number. */
  readonly perAddress: number;
  /** In all. */
  readonly total: number;
}

/** When a client may ask again for a stream that the process has no room for, in milliseconds. */
const FULL_RETRY_MS = 5_000;

/**
 * Bounds the streams that are open at a time. Beyond it a stream is refused with RESOURCE_EXHAUSTED: TOO_MANY_STREAMS
 * where the caller or its address has as many as it may, STREAMS_FULL where the process has. A stream counts until its
 * call has ended.
 */
export function createStreamLimitInterceptor(limits: StreamLimits): Interceptor {
  const open = new Map<string, number>();
  let total = 0;

  function requireFew(key: string, limit: number): void {
    if ((open.get(key) ?? 0) < limit) return;
    throw new DomainError("TOO_MANY_STREAMS", "close a live view before the next", { limit: String(limit) });
  }

  function add(key: string, change: 1 | -1): void {
    const count = (open.get(key) ?? 0) + change;
    if (count === 0) open.delete(key);
    else open.set(key, count);
  }

  function take(caller: string, address: string): () => void {
    requireFew(caller, limits.perCaller);
    requireFew(address, limits.perAddress);
    if (total >= limits.total) {
      throw new DomainError("STREAMS_FULL", "no room for another live view", {}, FULL_RETRY_MS);
    }
    total++;
    for (const key of [caller, address]) add(key, 1);
    return () => {
      total--;
      for (const key of [caller, address]) add(key, -1);
    };
  }

  return (next) => (request) => {
    if (!request.stream) return next(request);
    // The client left while its token was checked: listeners are not called for an abort that has already happened.
    request.signal.throwIfAborted();
    const user = optionalUser({ values: request.contextValues });
    const network = clientNetwork(request.header);
    const release = take(user ? `user ${user.userId}` : `visitors ${network}`, `address ${network}`);
    // Aborted when the call ends, in whatever way.
    request.signal.addEventListener("abort", release, { once: true });
    return next(request);
  };
}
