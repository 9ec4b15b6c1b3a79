import type { Server } from "node:http";

/** How often connections are checked for being idle. */
const EVERY_MS = 50;

/**
 * Accepts no new connection, answers the open requests, and closes each connection with its next answer: a client keeps
 * using a connection until an answer says that it closes. Cuts off what takes longer than `ms`. Resolves when all
 * connections are closed.
 */
export async function drain(server: Server, ms: number): Promise<void> {
  server.prependListener("request", (_, response) => {
    response.shouldKeepAlive = false;
  });
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // An answer that began before the drain may have said that its connection stays open.
  const timer = setInterval(() => server.closeIdleConnections(), EVERY_MS);
  const bound = setTimeout(() => server.closeAllConnections(), ms);
  await closed;
  clearInterval(timer);
  clearTimeout(bound);
}
