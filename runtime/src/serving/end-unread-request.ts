import type { ServerHttp2Stream } from "node:http2";

/** How long the answer to a request may take to leave before its unread rest is cut off. */
const UNREAD_MS = 200;

/**
 * Ends the stream of an answered request of which nobody reads the rest, since it was too large or never ends
 * (RFC 9113 section 8.1). Left alone it stays open, and a drain waits for it.
 */
export function endUnreadRequest(stream: ServerHttp2Stream): void {
  stream.once("finish", () => {
    if (!stream.readableEnded) setTimeout(() => stream.destroy(), UNREAD_MS).unref();
  });
}
