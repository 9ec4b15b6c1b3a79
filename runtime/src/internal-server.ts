import type { Http2SecureServer, Http2Server } from "node:http2";
import { create, type DescMethod, type DescService, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextValues,
  createHandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { Server, type ServerUnaryCall, type sendUnaryData, type UntypedHandleCall } from "@grpc/grpc-js";
import { Health } from "@ticketing/proto/grpc/health/v1/health";
import { endUnread } from "./end-unread.ts";
import { publicError } from "./error-interceptor.ts";
import { serverCredentials } from "./grpc-credentials.ts";
import { decode, definition, statusOf } from "./grpc-wire.ts";
import type { Logger } from "./log.ts";
import { limitDeadline } from "./longest-deadline.ts";
import { codeName } from "./measure-interceptor.ts";
import { measureCall } from "./measures.ts";
import { createOpenRouter } from "./open-services.ts";
import { publicContracts } from "./public-contracts.ts";
import { addReflection } from "./reflection.ts";
import { withRequestId } from "./request-context.ts";
import { acceptRequestId, REQUEST_ID_HEADER } from "./request-id-interceptor.ts";
import { type ServiceAuthenticator, serviceCallerKey } from "./service-tokens.ts";
import type { ServingStatus } from "./serving-status.ts";
import type { TransportSecurity } from "./transport-security.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;

/** Collects the services of the internal port. All their methods are unary. */
export interface InternalRouter {
  service<T extends DescService>(service: T, implementation: ServiceImpl<T>): InternalRouter;
}

export interface InternalServer {
  port: number;
  /** Lets running calls end for at most `ms`, then closes. */
  drain(ms: number): Promise<void>;
}

/**
 * The port for other services, on grpc-js: five times the calls per second of the public stack. Every call of
 * a routed service needs a service token; health (grpc.health.v1) and reflection do not.
 */
export async function startInternalServer(options: {
  host: string;
  port: number;
  log: Logger;
  authenticate: ServiceAuthenticator;
  routes: (router: InternalRouter) => void;
  health: ServingStatus;
  /** By TLS alone; absent: in plain text. */
  security?: TransportSecurity | undefined;
}): Promise<InternalServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.keepalive_time_ms": 30_000,
    // Callers come back through DNS now and then, so that a replica that was added gets its share.
    "grpc.max_connection_age_ms": 300_000,
    "grpc.max_connection_age_grace_ms": 30_000,
  });
  const described = [...publicContracts];
  const router: InternalRouter = {
    service(service, implementation) {
      addService(server, service, implementation, options);
      described.push(service);
      return router;
    },
  };
  options.routes(router);
  const closing = new AbortController();
  const open = createOpenRouter(server, { log: options.log, closing: closing.signal });
  open.service(Health, options.health.service);
  addReflection(open, described);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      `${options.host}:${options.port}`,
      serverCredentials(options.security),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    ),
  );
  // grpc-js counts deadlines in 32 bits of milliseconds and has no public hook before it does: hence the cast.
  const { http2Servers } = server as unknown as {
    http2Servers: Map<Http2Server | Http2SecureServer, unknown>;
  };
  for (const listening of http2Servers.keys()) {
    if ("setSecureContext" in listening) options.security?.keepRenewed(listening);
    listening.prependListener("stream", (_stream, headers) => limitDeadline(headers));
    listening.on("stream", endUnread);
  }
  return {
    port,
    drain: (ms) =>
      new Promise<void>((resolve) => {
        closing.abort();
        const timer = setTimeout(() => server.forceShutdown(), ms);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
        setTimeout(resolve, ms + 100).unref();
      }),
  };
}

type UnaryImpl = (request: unknown, context: unknown) => unknown;

function addService<T extends DescService>(
  server: Server,
  service: T,
  implementation: ServiceImpl<T>,
  options: { log: Logger; authenticate: ServiceAuthenticator },
): void {
  const methods = service.methods.map((method) => {
    if (method.methodKind !== "unary") throw new Error(`${method.name} is not unary`);
    // ServiceImpl is a mapped type over the same methods; TypeScript cannot index it by a runtime name.
    const impl = (implementation as Record<string, UnaryImpl>)[method.localName]?.bind(implementation);
    if (!impl) throw new Error(`${service.typeName}.${method.name} is not implemented`);
    return { method, handler: unaryHandler(method, impl, options) };
  });
  server.addService(
    Object.fromEntries(methods.map(({ method }) => [method.localName, definition(service, method)])),
    Object.fromEntries(methods.map(({ method, handler }) => [method.localName, handler])),
  );
}

function unaryHandler(
  method: DescMethod,
  impl: UnaryImpl,
  { log, authenticate }: { log: Logger; authenticate: ServiceAuthenticator },
): UntypedHandleCall {
  async function handle(call: ServerUnaryCall<Buffer, Uint8Array>): Promise<Uint8Array> {
    // Listens before it waits for anything: a caller that gives up meanwhile says so once.
    const leaving = new AbortController();
    call.once("cancelled", () => leaving.abort(new ConnectError("the caller gave up", Code.Canceled)));
    const header = new Headers();
    for (const [name, value] of Object.entries(call.metadata.getMap())) {
      if (typeof value === "string") header.set(name, value);
    }
    const values = createContextValues();
    values.set(serviceCallerKey, await authenticate(header.get("authorization") ?? undefined));
    leaving.signal.throwIfAborted();
    const request = decode(method, call.request);
    const context = createHandlerContext({
      service: method.parent,
      method,
      protocolName: "grpc",
      requestMethod: "POST",
      url: `http://internal/${method.parent.typeName}/${method.name}`,
      requestHeader: header,
      requestSignal: leaving.signal,
      contextValues: values,
    });
    const answer = await impl(request, context);
    return toBinary(method.output, create(method.output, answer as Record<string, unknown>));
  }
  return (call: ServerUnaryCall<Buffer, Uint8Array>, callback: sendUnaryData<Uint8Array>) => {
    const given = call.metadata.get(REQUEST_ID_HEADER)[0];
    const begun = performance.now();
    const answered = (code?: Code) =>
      measureCall(`${method.parent.typeName}/${method.name}`, codeName(code), performance.now() - begun);
    withRequestId(acceptRequestId(typeof given === "string" ? given : undefined), () =>
      handle(call).then(
        (message) => {
          answered();
          callback(null, message);
        },
        (error: unknown) => {
          const refusal = publicError(error, log);
          answered(refusal.code);
          callback(statusOf(refusal));
        },
      ),
    );
  };
}
