import type { Http2Server } from "node:http2";
import { create, type DescMethod, type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import {
  Code,
  ConnectError,
  createContextValues,
  createHandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { canonicalizeIds } from "./canonical-ids.ts";
import { DomainError } from "./domain-error.ts";
import { publicError } from "./error-interceptor.ts";
import type { Logger } from "./log.ts";
import { limitDeadline } from "./longest-deadline.ts";
import { codeName } from "./measure-interceptor.ts";
import { measureCall } from "./measures.ts";
import { addReflection } from "./reflection.ts";
import { withRequestId } from "./request-context.ts";
import { acceptRequestId, REQUEST_ID_HEADER } from "./request-id-interceptor.ts";
import { type ServiceAuthenticator, serviceCallerKey } from "./service-tokens.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;
const validator = createValidator();
/** The health service's name for "this process answers", whatever it depends on: a restart would not help those. */
export const LIVENESS = "liveness";

/** Collects the services of the internal port. All their methods are unary. */
export interface InternalRouter {
  service<T extends DescService>(service: T, implementation: ServiceImpl<T>): InternalRouter;
}

export interface InternalServer {
  port: number;
  setServing(serving: boolean): void;
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
  /** Public services whose contracts reflection shows too. */
  described: DescService[];
}): Promise<InternalServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.keepalive_time_ms": 30_000,
    // Callers come back through DNS now and then, so that a replica that was added gets its share.
    "grpc.max_connection_age_ms": 300_000,
    "grpc.max_connection_age_grace_ms": 30_000,
  });
  const described = [...options.described];
  const router: InternalRouter = {
    service(service, implementation) {
      addService(server, service, implementation, options);
      described.push(service);
      return router;
    },
  };
  options.routes(router);
  const health = new HealthImplementation({ "": "NOT_SERVING", [LIVENESS]: "SERVING" });
  health.addToServer(server);
  addReflection(server, described);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  // grpc-js counts deadlines in 32 bits of milliseconds and has no public hook before it does: hence the cast.
  const { http2Servers } = server as unknown as { http2Servers: Map<Http2Server, unknown> };
  for (const listening of http2Servers.keys()) {
    listening.prependListener("stream", (_stream, headers) => limitDeadline(headers));
  }
  return {
    port,
    setServing: (serving) => health.setStatus("", serving ? "SERVING" : "NOT_SERVING"),
    drain: (ms) =>
      new Promise<void>((resolve) => {
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

const definition = (service: DescService, method: DescMethod) => ({
  path: `/${service.typeName}/${method.name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  responseDeserialize: (bytes: Buffer) => bytes,
});

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

function decode(method: DescMethod, bytes: Buffer) {
  let request: ReturnType<typeof fromBinary>;
  try {
    request = fromBinary(method.input, bytes);
  } catch {
    throw new DomainError(Code.InvalidArgument, "MALFORMED", `this is not a ${method.input.typeName}`);
  }
  canonicalizeIds(method.input, request);
  const result = validator.validate(method.input, request);
  if (result.kind === "valid") return request;
  throw new ConnectError(result.error?.message ?? "invalid request", Code.InvalidArgument);
}

/** The gRPC status of an error, its details in `grpc-status-details-bin` as every gRPC client reads them. */
function statusOf(error: ConnectError) {
  const trailer = new Headers();
  setTrailerStatus(trailer, error);
  const metadata = new Metadata();
  const details = trailer.get("grpc-status-details-bin");
  if (details) metadata.set("grpc-status-details-bin", Buffer.from(details, "base64"));
  return { code: error.code as number, details: error.rawMessage, metadata };
}
