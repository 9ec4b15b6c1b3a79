import type { Server } from "node:http";

/** How often connections are looked for that have become idle. */
const EVERY_MS = 50;

/**
 * Takes no new connection, answers what was asked, and closes each connection with its answer: whoever holds one goes on
 * using it for as long as it is told that it may. What takes longer than `ms` is cut off. Resolves when all are closed.
 */
export async function drain(server: Server, ms: number): Promise<void> {
  server.prependListener("request", (_, response) => {
    response.shouldKeepAlive = false;
  });
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // An answer that had begun before may have said that its connection stays.
  const timer = setInterval(() => server.closeIdleConnections(), EVERY_MS);
  const bound = setTimeout(() => server.closeAllConnections(), ms);
  await closed;
  clearInterval(timer);
  clearTimeout(bound);
}
