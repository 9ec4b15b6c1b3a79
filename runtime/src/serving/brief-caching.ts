import type { HandlerContext } from "@connectrpc/connect";

/** In seconds, five in all: how long an answer is fresh, and how long it is given out while a new one is fetched. */
const FRESH = 2;
const WHILE_RENEWED = 3;

/**
 * Lets caches on the way keep the answer to a question that everybody asks alike: a Connect GET for the first page, or
 * the only one, without a session, and of somebody who has seen nothing yet. To be called when the answer is there: an
 * error is nobody's to keep. Whatever says nothing of caching is `no-store`, which the gateway adds. RFC 9111, RFC 5861
 * (stale-while-revalidate).
 */
export function allowBriefCaching(
  { requestMethod, requestHeader, responseHeader }: HandlerContext,
  { pageToken, seen }: { readonly pageToken?: string; readonly seen?: object | undefined },
): void {
  const ofSomebody = requestHeader.has("authorization") || requestHeader.has("cookie");
  if (requestMethod !== "GET" || ofSomebody || pageToken || seen) return;
  responseHeader.set("cache-control", `public, max-age=${FRESH}, stale-while-revalidate=${WHILE_RENEWED}`);
  // Callers with a session need current answers, so caches must not serve them.
  responseHeader.set("vary", "authorization, cookie, accept-encoding");
}
