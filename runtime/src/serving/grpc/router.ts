import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  createServiceImplSpec,
  type Interceptor,
  type MethodImplSpec,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { Server, UntypedHandleCall } from "@grpc/grpc-js";
import type { Logger } from "../../process/log.ts";
import { pathsOf } from "./former-names.ts";
import { streamHandler } from "./stream-handler.ts";
import { unaryHandler } from "./unary-handler.ts";

/** Takes services; Connect's router is one. */
export interface ServiceRouter {
  service<T extends DescService>(service: T, implementation: Partial<ServiceImpl<T>>): ServiceRouter;
}

export interface GrpcRouterOptions {
  log: Logger;
  /** Ends open streams when it is aborted. Unary calls go on to their end. */
  closing: AbortSignal;
  /** What calls go through, the first being the outermost. A request is decoded when one looks at its message. */
  interceptors: readonly Interceptor[];
}

export interface GrpcRouter extends ServiceRouter {
  /** The paths of the methods of these kinds. */
  paths(...wanted: MethodImplSpec["kind"][]): ReadonlySet<string>;
}

/** Serves Connect's services on a grpc-js server, methods of every kind. */
export function createGrpcRouter(server: Server, options: GrpcRouterOptions): GrpcRouter {
  const kinds = new Map<string, MethodImplSpec["kind"]>();
  const router: GrpcRouter = {
    service(service, implementation) {
      const { methods } = createServiceImplSpec(service, implementation);
      const served = Object.values(methods).flatMap((spec) =>
        pathsOf(spec.method).map((path) => [path, spec] as const),
      );
      for (const [path, { kind }] of served) kinds.set(path, kind);
      server.addService(
        Object.fromEntries(served.map(([path, { method }]) => [path, definition(path, method)])),
        Object.fromEntries(served.map(([path, spec]) => [path, handler(spec, options)])),
      );
      return router;
    },
    paths: (...wanted) =>
      new Set([...kinds].flatMap(([path, kind]) => (wanted.includes(kind) ? [path] : []))),
  };
  return router;
}

const bytes = (message: Buffer) => message;

/** A method to grpc-js. Its messages stay bytes; what is not unary is a stream both ways, as it is on the wire. */
const definition = (path: string, method: DescMethod) => ({
  path,
  requestStream: method.methodKind !== "unary",
  responseStream: method.methodKind !== "unary",
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
});

const handler = (spec: MethodImplSpec, options: GrpcRouterOptions): UntypedHandleCall =>
  spec.kind === "unary" ? unaryHandler(spec, options) : streamHandler(spec, options);
