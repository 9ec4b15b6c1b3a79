import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import type { ObjectStore } from "./object-store.ts";
import type { Grant, UrlSigner } from "./signed-url.ts";

interface FileServerDependencies {
  store: ObjectStore;
  signer: UrlSigner;
  /** The origin of the web app, whose pages may call. */
  origin: string;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

/**
 * Answers signed URLs as S3 does, at an origin of its own: nothing here has the app's cookies, and nothing that was
 * uploaded is shown as a page of the app, or of any site.
 */
export function createFileHandler(deps: FileServerDependencies) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(headersFor(deps.origin))) response.setHeader(name, value);
    try {
      await answer(deps, request, response);
    } catch (error) {
      deps.log.warn({ err: error }, "a file could not be served");
      end(response, 503);
    }
  };
}

const headersFor = (origin: string) => ({
  "access-control-allow-origin": origin,
  "access-control-allow-methods": "GET, PUT",
  "access-control-allow-headers": "content-type",
  "access-control-max-age": "600",
  vary: "origin",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "content-disposition": "attachment",
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
});

async function answer(deps: FileServerDependencies, request: IncomingMessage, response: ServerResponse) {
  const { store, signer, clock } = deps;
  if (request.method === "OPTIONS") return end(response, 204);
  const grant = signer.grantOf(request.method ?? "", request.url ?? "", clock());
  if (!grant) return end(response, 403);
  if (grant.method === "PUT") {
    const content = await bodyOf(request, grant);
    if (!content) return end(response, 400);
    await store.put(grant.name, content);
    return end(response, 200);
  }
  const content = await store.get(grant.name);
  if (!content) return end(response, 404);
  response.setHeader("content-type", "application/octet-stream");
  response.setHeader("content-length", content.length);
  response.writeHead(200).end(content);
}

/** Undefined unless the content has the length that was signed; no more than that is ever held. */
async function bodyOf(request: IncomingMessage, { bytes }: Grant): Promise<Buffer | undefined> {
  if (request.headers["content-length"] !== `${bytes}`) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes) return undefined;
    chunks.push(chunk);
  }
  return size === bytes ? Buffer.concat(chunks) : undefined;
}

function end(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { "content-length": 0 });
  response.end();
}
