import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import type { Grant, ObjectBytes } from "./object-store.ts";
import type { UrlSigner } from "./signed-url.ts";

/** What is asked of a request by HTTP/1.1 and HTTP/2 alike. */
interface FileRequest extends AsyncIterable<Buffer> {
  method?: string | undefined;
  url?: string | undefined;
  headers: { "content-length"?: string | undefined };
}

/** The answer to it. */
interface FileResponse extends Writable {
  readonly headersSent: boolean;
  setHeader(name: string, value: string | number): unknown;
  writeHead(status: number): unknown;
}

/** What the files may take in memory that are on their way at a time, in bytes: each is held whole. */
const MAX_HELD_BYTES = 32 * 2 ** 20;
const CHUNK_BYTES = 64 * 1024;

/** What this process serves just now. */
interface OnTheWay {
  /** What may be held beside it. */
  bytesLeft: number;
  /** The names of what is uploaded. */
  uploads: Set<string>;
}

interface FileServerDependencies {
  store: ObjectBytes;
  signer: UrlSigner;
  /** The origin of the web app, whose pages may call. */
  origin: string;
  clock: Clock;
  log: Pick<Logger, "warn">;
  maxHeldBytes?: number;
}

/**
 * Answers signed URLs as S3 does, at an origin of its own: nothing here has the app's cookies, and nothing that was
 * uploaded is shown as a page of the app, or of any site.
 */
export function createFileHandler(deps: FileServerDependencies) {
  const onTheWay: OnTheWay = { bytesLeft: deps.maxHeldBytes ?? MAX_HELD_BYTES, uploads: new Set() };
  return async (request: FileRequest, response: FileResponse): Promise<void> => {
    for (const [name, value] of Object.entries(headersFor(deps.origin))) response.setHeader(name, value);
    try {
      await answer(deps, onTheWay, request, response);
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

async function answer(
  deps: FileServerDependencies,
  onTheWay: OnTheWay,
  request: FileRequest,
  response: FileResponse,
): Promise<void> {
  if (request.method === "OPTIONS") return end(response, 204);
  const grant = deps.signer.grantOf(request.method ?? "", request.url ?? "", deps.clock());
  if (!grant) return end(response, 403);
  if (grant.bytes > onTheWay.bytesLeft) {
    response.setHeader("retry-after", 1);
    return end(response, 503);
  }
  onTheWay.bytesLeft -= grant.bytes;
  try {
    if (grant.method === "GET") await give(deps.store, grant, response);
    else await take(deps.store, onTheWay.uploads, grant, request, response);
  } finally {
    onTheWay.bytesLeft += grant.bytes;
  }
}

/** One upload of a name at a time: the store keeps the parts of each that others overtake, until their age is over. */
async function take(
  store: ObjectBytes,
  uploads: Set<string>,
  grant: Grant,
  request: FileRequest,
  response: FileResponse,
) {
  if (uploads.has(grant.name)) return end(response, 409);
  uploads.add(grant.name);
  try {
    const content = await bodyOf(request, grant);
    if (!content) return end(response, 400);
    await store.put(grant.name, content);
    end(response, 200);
  } finally {
    uploads.delete(grant.name);
  }
}

async function give(store: ObjectBytes, grant: Grant, response: FileResponse) {
  const content = await store.get(grant.name);
  if (!content) return end(response, 404);
  response.setHeader("content-type", "application/octet-stream");
  response.setHeader("content-length", content.length);
  response.writeHead(200);
  // A session of HTTP/2 holds no more of it than its client takes.
  await pipeline(Readable.from(chunksOf(content)), response);
}

function* chunksOf(content: Buffer) {
  for (let from = 0; from < content.length; from += CHUNK_BYTES)
    yield content.subarray(from, from + CHUNK_BYTES);
}

/** Undefined unless the content has the length that was signed; no more than that is ever held. */
async function bodyOf(request: FileRequest, { bytes }: Grant): Promise<Buffer | undefined> {
  if (request.headers["content-length"] !== `${bytes}`) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bytes) return undefined;
    chunks.push(chunk);
  }
  return size === bytes ? Buffer.concat(chunks) : undefined;
}

function end(response: FileResponse, status: number): void {
  if (!response.headersSent) {
    response.setHeader("content-length", 0);
    response.writeHead(status);
  }
  response.end();
}
