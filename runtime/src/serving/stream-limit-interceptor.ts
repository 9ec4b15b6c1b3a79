import type { Interceptor } from "@connectrpc/connect";
import { optionalUser } from "../identity/identity.ts";
import { DomainError } from "../process/domain-error.ts";
import { clientNetwork } from "./client-network.ts";

/**
 * Bounds the streams that are open at a time: of one user, or of one address without a session, and of all. Beyond
 * it a stream is refused with RESOURCE_EXHAUSTED TOO_MANY_STREAMS. A stream counts until its call has ended.
 */
export function createStreamLimitInterceptor(limits: { perCaller: number; total: number }): Interceptor {
  const open = new Map<string, number>();
  let total = 0;

  function take(caller: string): () => void {
    const held = open.get(caller) ?? 0;
    if (held >= limits.perCaller || total >= limits.total) {
      throw new DomainError("TOO_MANY_STREAMS", "close a live view before the next", {
        limit: String(limits.perCaller),
      });
    }
    open.set(caller, held + 1);
    total++;
    return () => {
      const left = (open.get(caller) ?? 1) - 1;
      if (left === 0) open.delete(caller);
      else open.set(caller, left);
      total--;
    };
  }

  return (next) => (request) => {
    if (!request.stream) return next(request);
    // The client left while its token was checked: listeners are not called for an abort that has already happened.
    request.signal.throwIfAborted();
    const user = optionalUser({ values: request.contextValues });
    const release = take(user ? `user ${user.userId}` : `address ${clientNetwork(request.header)}`);
    // Aborted when the call ends, in whatever way.
    request.signal.addEventListener("abort", release, { once: true });
    return next(request);
  };
}
