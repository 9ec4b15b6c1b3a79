import { Agent, createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { drain } from "./drain.ts";

let server: Server;
let port: number;
let agent: Agent;
beforeEach(async () => {
  server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (request.url === "/hang") return;
    if (request.url !== "/begun") setTimeout(() => response.end(), request.url === "/slow" ? 300 : 0);
    else {
      response.write("a");
      setTimeout(() => response.end("b"), 300);
    }
  });
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
});

/** Sends a request on the one open connection. Resolves with the body, rejects if the answer is not complete. */
async function ask(path: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, path, agent }, resolve).on("error", reject),
  );
  let body = "";
  for await (const chunk of response) body += chunk;
  return body;
}

async function drained(ms: number): Promise<number> {
  const begun = performance.now();
  await drain(server, ms);
  return performance.now() - begun;
}

it("a connection that is kept and idle is closed at once", async () => {
  await ask("/");
  expect(await drained(5_000)).toBeLessThan(4_000);
});

it.each(["/slow", "/begun"])(
  "an answer under way to %s is given, and its connection closed",
  async (path) => {
    await ask("/");
    const answer = ask(path);
    await sleep(100);
    expect(await drained(5_000)).toBeLessThan(4_000);
    expect(await answer).toBe(path === "/begun" ? "ab" : "");
  },
);

it("a connection on which one request follows the other is closed with an answer", async () => {
  await ask("/");
  const asking = (async () => {
    for (let answered = 0; ; answered++)
      try {
        await ask("/slow");
      } catch {
        return answered;
      }
  })();
  await sleep(100);
  expect(await drained(5_000)).toBeLessThan(4_000);
  expect(await asking).toBeGreaterThan(0);
});

it("a request that is never answered is cut", async () => {
  const failed = ask("/hang").catch((error: Error) => error);
  await sleep(100);
  expect(await drained(300)).toBeLessThan(4_000);
  expect(`${await failed}`).toContain("socket hang up");
});
