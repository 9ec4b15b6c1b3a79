import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { TransportSecurity } from "@ticketing/runtime/process/transport-security";
import sirv from "sirv";

export interface WebServerOptions {
  /** The folder of the built app. */
  readonly root: string;
  /** Headers of the page itself. */
  readonly pageHeaders: Readonly<Record<string, string>>;
  /** Serves TLS only; absent: plain text. */
  readonly security?: TransportSecurity | undefined;
}

/**
 * How long an idle connection is kept: longer than the gateway keeps one (an hour by default). The client must be the
 * side that closes, or a request sometimes meets a connection that is just being closed, and fails with 503.
 */
const KEEP_ALIVE_MS = 65 * 60_000;

/** The worker of the app, and what it may do: ask this origin alone. */
const WORKER = "/service-worker.js";
const WORKER_POLICY = "default-src 'none'; connect-src 'self'";

/** Chunks and styles carry a hash of their content in their names. */
const HASHED = "/assets/";

/**
 * Serves the built app over HTTP/1.1. Clients cache hashed files forever and revalidate everything else. Every path
 * that can be one of the app gets the page. A missing file is 404, never the page.
 */
export function createWebServer({ root, pageHeaders, security }: WebServerOptions): Server {
  const files = sirv(root, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, path) {
      const forever = path.startsWith(HASHED);
      response.setHeader("cache-control", forever ? "public, max-age=31536000, immutable" : "no-cache");
      if (path.endsWith(".html") || path === "/") setAll(response, pageHeaders);
      if (path === WORKER) response.setHeader("content-security-policy", WORKER_POLICY);
    },
  });
  const answerRequest = (request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url = "/" } = request;
    const path = url.split("?", 1)[0] ?? "/";
    if (path === "/healthz") return answer(response, 200, "ok");
    if (method !== "GET" && method !== "HEAD") return answer(response, 405, "method not allowed");
    const asPage = request as IncomingMessage;
    if (!path.includes(".") && !path.startsWith(HASHED)) asPage.url = "/";
    files(asPage, response, () => answer(response, 404, "no such file"));
  };
  if (!security) return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, answerRequest);
  const server = createTlsServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, ...security.serverOptions() },
    answerRequest,
  );
  security.keepRenewed(server);
  return server;
}

function setAll(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(text);
}
