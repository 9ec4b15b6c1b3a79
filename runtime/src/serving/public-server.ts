import { createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Code } from "@connectrpc/connect";
import { Server } from "@grpc/grpc-js";
import { createUserAuthenticator, sessionCookieName } from "../identity/identity.ts";
import type { CommonConfig } from "../process/config.ts";
import { DomainError, toConnectError } from "../process/domain-error.ts";
import type { Logger } from "../process/log.ts";
import type { TransportSecurity } from "../process/transport-security.ts";
import { createDeadlineInterceptor } from "./deadline-interceptor.ts";
import { publicError } from "./error-interceptor.ts";
import { errorResponse, jsonResponse } from "./error-response.ts";
import { type GrpcPort, openGrpcPort } from "./grpc/port.ts";
import { createGrpcRouter, type ServiceRouter } from "./grpc/router.ts";
import { callInterceptors } from "./interceptors.ts";
import { giveReason } from "./missing-reasons.ts";
import { createRpcHandler } from "./rpc-handler.ts";
import { createStreamLimitInterceptor } from "./stream-limit-interceptor.ts";
import { type HttpResponse, writeResponse } from "./write-response.ts";

/** The largest request, in bytes, that this API takes. Its largest legitimate one is a few kilobytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** The longest that a unary call may take. */
const MAX_UNARY_MS = 10_000;
/** Live views that a process keeps open, about 20 KiB of memory each. */
const MAX_STREAMS = 10_000;

/** A plain HTTP request, body read. */
export interface HttpRequest {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
}

/** Plain HTTP endpoints by path. */
export type HttpRoutes = Record<string, (request: HttpRequest) => Promise<HttpResponse>>;

/**
 * Plain HTTP under paths that begin so, whose bodies are too large for {@link HttpRoutes}: what is read and written, and
 * how much of it, is the handler's own to bound. It has to answer and may not reject.
 */
export type HttpHandlers = Record<
  string,
  (request: Http2ServerRequest, response: Http2ServerResponse) => Promise<void>
>;

export type PublicServer = GrpcPort;

/**
 * The port that the gateway routes to, over HTTP/2, with TLS where there is security and without it elsewhere. gRPC,
 * as which also gRPC-Web comes from the gateway, is served by grpc-js; Connect, gRPC-Web that comes directly and plain
 * HTTP by connect-node. Both put a call through the same interceptors, and count its stream together.
 */
export async function startPublicServer(options: {
  config: CommonConfig;
  log: Logger;
  routes: (router: ServiceRouter) => void;
  http: HttpRoutes;
  handlers?: HttpHandlers | undefined;
  security?: TransportSecurity | undefined;
}): Promise<PublicServer> {
  const { config, log, security, routes } = options;
  const handlers = Object.entries(options.handlers ?? {});
  const shutdown = new AbortController();
  const interceptors = callInterceptors(log, [
    createDeadlineInterceptor(MAX_UNARY_MS),
    createUserAuthenticator({
      jwksUrl: config.JWKS_URL,
      cookieName: sessionCookieName(config.PUBLIC_URL),
      security,
    }),
    createStreamLimitInterceptor({
      perCaller: config.MAX_STREAMS_PER_CALLER,
      perAddress: config.MAX_STREAMS_PER_ADDRESS,
      total: MAX_STREAMS,
    }),
  ]);
  const others = createServer(
    createRpcHandler({
      routes,
      interceptors,
      readMaxBytes: MAX_REQUEST_BYTES,
      shutdownSignal: shutdown.signal,
      explain: giveReason,
      log,
      otherwise: (request, response) => {
        const handler = handlers.find(([prefix]) => request.url.startsWith(prefix))?.[1];
        if (handler) void handler(request, response);
        else void respond(options.http, request, log).then((answer) => writeResponse(response, answer));
      },
    }),
  );
  const grpc = new Server({
    "grpc.max_receive_message_length": MAX_REQUEST_BYTES,
    "grpc.max_concurrent_streams": 1000,
    "grpc.enable_channelz": 0,
    // Megabytes, as Node has it by default; grpc-js has no limit.
    "grpc-node.max_session_memory": 10,
  });
  const router = createGrpcRouter(grpc, { log, closing: shutdown.signal, interceptors });
  routes(router);
  const { port, drain } = await openGrpcPort(grpc, {
    host: config.HOST,
    port: config.PORT,
    log,
    security,
    // Of several requests connect-node notices one that is cut short.
    paths: router.paths("unary", "server_streaming"),
    otherwise: (...request) => others.emit("stream", ...request),
    explain: giveReason,
  });
  return {
    port,
    drain(ms) {
      shutdown.abort();
      return drain(ms);
    },
  };
}

async function respond(routes: HttpRoutes, request: Http2ServerRequest, log: Logger): Promise<HttpResponse> {
  // Not `new URL`: a path such as `//` is none to it, and a request must not be able to throw here.
  const route = routes[request.url.split("?", 1)[0] ?? ""];
  if (!route) {
    const error = new DomainError("NO_SUCH_PATH", "no such path");
    return errorResponse(request.headers["content-type"] ?? "", toConnectError(error), 404);
  }
  try {
    const body = await readBody(request);
    if (!body) {
      const tooLarge = new DomainError("REQUEST_TOO_LARGE", "the request is larger than 64 KiB");
      return jsonResponse(toConnectError(tooLarge), 413);
    }
    return await route({ method: request.method, headers: request.headers, body });
  } catch (error) {
    log.warn({ path: request.url }, "an HTTP request failed");
    const seen = giveReason(publicError(error, log));
    if (seen.code !== Code.Unavailable) return jsonResponse(failed(), 500);
    const { headers, ...rest } = jsonResponse(seen, 503);
    return { ...rest, headers: { ...headers, "retry-after": "1" } };
  }
}

const failed = () => toConnectError(new DomainError("SERVICE_FAILED", "internal error"));

async function readBody(request: Http2ServerRequest): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
