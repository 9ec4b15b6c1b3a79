import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bucket } from "../src/files/bucket.ts";
import { type SignedRequest, signatureOf, signedByHeader, signedByUrl } from "./signature.ts";

/** What is said instead of what was asked: an error of the service's, or nothing at all. */
type Fault = "SlowDown" | "silence";

const statuses = {
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
  IncompleteBody: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  MethodNotAllowed: 405,
  SlowDown: 503,
} as const;

class Refusal extends Error {
  readonly code: keyof typeof statuses;
  constructor(code: keyof typeof statuses) {
    super(code);
    this.code = code;
  }
}

/**
 * A server of S3's protocol with one bucket in this process's memory: what deliveries ask of one, with signatures, expiry and
 * errors as https://docs.aws.amazon.com/AmazonS3/latest/API says, so that Amazon's own client talks to it unchanged.
 */
export async function startS3Double({ clock = () => new Date() }: { clock?: () => Date } = {}) {
  const objects = new Map<string, Buffer>();
  const state = {
    anybody: [] as ("list" | "read" | "write")[],
    isDown: false,
    faults: [] as Fault[],
    hasVersions: false,
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const bucket: Bucket = {
    ...{ name: "tickets", region: "eu-central-1", pathStyle: true },
    ...{ accessKeyId: "AKIDOUBLE", secretAccessKey: "secret-of-the-double" },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (state.isDown) return void request.socket.destroy();
    const fault = state.faults.shift();
    if (fault === "silence") return;
    try {
      if (fault) throw new Refusal(fault);
      await act(request, response);
    } catch (error) {
      if (!(error instanceof Refusal)) return void request.destroy();
      request.resume();
      response.writeHead(statuses[error.code], { "content-type": "application/xml" });
      response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${error.code}</Code></Error>`);
    }
  }

  async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "";
    const url = new URL(request.url ?? "", bucket.endpoint);
    const payloadHash = requireSigned({ method, url, headers: request.headers });
    const [, name, ...rest] = url.pathname.split("/");
    if (name !== bucket.name) throw new Refusal("NoSuchBucket");
    const key = rest.join("/");
    if (method === "PUT" && key) {
      objects.set(key, await bodyOf(request, payloadHash));
      return void response.writeHead(200).end();
    }
    if (method === "DELETE" && key) {
      objects.delete(key);
      // Of a bucket with versions only a marker is laid over them.
      return void response.writeHead(204, state.hasVersions ? { "x-amz-delete-marker": "true" } : {}).end();
    }
    if (method !== "GET") throw new Refusal("MethodNotAllowed");
    if (!key)
      return void response.writeHead(200, { "content-type": "application/xml" }).end("<ListBucketResult/>");
    const content = objects.get(key);
    if (!content) throw new Refusal("NoSuchKey");
    const said = (header: string) => url.searchParams.get(`response-${header}`);
    for (const header of ["content-type", "content-disposition", "cache-control"])
      if (said(header)) response.setHeader(header, said(header) ?? "");
    response.writeHead(200, { "content-length": content.length }).end(content);
  }

  /** The hash that the content has to have. Throws for a request that nobody may make. */
  function requireSigned(request: SignedRequest): string {
    const byUrl = signedByUrl(request);
    const signed = byUrl ?? signedByHeader(request);
    if (!signed) {
      const isList = request.url.pathname === `/${bucket.name}/`;
      const act = request.method === "PUT" ? "write" : isList ? "list" : "read";
      if (state.anybody.includes(act)) return "UNSIGNED-PAYLOAD";
      throw new Refusal("AccessDenied");
    }
    if (signed.accessKeyId !== bucket.accessKeyId) throw new Refusal("InvalidAccessKeyId");
    const isOurs = signed.scope.endsWith(`/${bucket.region}/s3/aws4_request`);
    // A browser sends the length; one that was not signed would be as long as it likes.
    if (!isOurs || signed.signature !== signatureOf(request, signed, bucket.secretAccessKey))
      throw new Refusal("SignatureDoesNotMatch");
    if (byUrl && !(byUrl.from <= clock() && clock() < byUrl.until)) throw new Refusal("AccessDenied");
    return signed.payloadHash;
  }

  return {
    bucket,
    objects,
    state,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage, payloadHash: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  if (`${content.length}` !== request.headers["content-length"]) throw new Refusal("IncompleteBody");
  const hash = createHash("sha256").update(content).digest("hex");
  if (payloadHash !== "UNSIGNED-PAYLOAD" && payloadHash !== hash)
    throw new Refusal("XAmzContentSHA256Mismatch");
  return content;
}

export type S3Double = Awaited<ReturnType<typeof startS3Double>>;
