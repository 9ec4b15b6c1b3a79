import { once } from "node:events";
import { create, type DescMethod, type DescService, type Message, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createHandlerContext,
  createServiceImplSpec,
  type HandlerContext,
  type MethodImplSpec,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { Server, ServerDuplexStream } from "@grpc/grpc-js";
import { publicError } from "./error-interceptor.ts";
import { decode, definition, statusOf } from "./grpc-wire.ts";
import type { Logger } from "./log.ts";

/** Takes services that everybody may call, without a token; Connect's router is one. */
export interface OpenRouter {
  service<T extends DescService>(service: T, implementation: Partial<ServiceImpl<T>>): unknown;
}

/** The same for a port on grpc-js, methods of every kind. Calls that are open when `closing` is aborted end. */
export function createOpenRouter(server: Server, options: { log: Logger; closing: AbortSignal }): OpenRouter {
  return {
    service(service, implementation) {
      const { methods } = createServiceImplSpec(service, implementation);
      const specs = Object.entries(methods);
      server.addService(
        Object.fromEntries(specs.map(([name, { method }]) => [name, streaming(service, method)])),
        Object.fromEntries(specs.map(([name, spec]) => [name, handler(service, spec, options)])),
      );
    },
  };
}

/** On the wire a call with one message is a stream of one, so that grpc-js may take every method as streams. */
const streaming = (service: DescService, method: DescMethod) => ({
  ...definition(service, method),
  requestStream: true,
  responseStream: true,
});

const handler =
  (service: DescService, spec: MethodImplSpec, { log, closing }: { log: Logger; closing: AbortSignal }) =>
  async (call: ServerDuplexStream<Buffer, Uint8Array>): Promise<void> => {
    const leaving = new AbortController();
    call.once("cancelled", () => leaving.abort(new ConnectError("the caller gave up", Code.Canceled)));
    const context = createHandlerContext({
      service,
      method: spec.method,
      protocolName: "grpc",
      requestMethod: "POST",
      url: `http://internal/${service.typeName}/${spec.method.name}`,
      requestSignal: leaving.signal,
      shutdownSignal: closing,
    });
    try {
      for await (const message of answers(spec, requests(call, spec.method), context)) {
        const bytes = toBinary(spec.method.output, create(spec.method.output, message));
        if (!call.write(bytes)) await once(call, "drain", { signal: context.signal });
      }
      call.end();
    } catch (error) {
      call.emit("error", statusOf(publicError(error, log)));
    } finally {
      context.abort();
    }
  };

async function* requests(call: ServerDuplexStream<Buffer, Uint8Array>, method: DescMethod) {
  // Destroyed, the call could not be answered any more.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decode(method, bytes);
}

async function* answers(spec: MethodImplSpec, asked: AsyncIterable<Message>, context: HandlerContext) {
  switch (spec.kind) {
    case "unary":
      yield await spec.impl(await only(asked), context);
      return;
    case "client_streaming":
      yield await spec.impl(asked, context);
      return;
    case "server_streaming":
      yield* spec.impl(await only(asked), context);
      return;
    case "bidi_streaming":
      yield* spec.impl(asked, context);
  }
}

async function only(asked: AsyncIterable<Message>): Promise<Message> {
  let message: Message | undefined;
  for await (const each of asked) {
    if (message) throw new ConnectError("this method takes one message", Code.Unimplemented);
    message = each;
  }
  if (!message) throw new ConnectError("this method takes a message", Code.Unimplemented);
  return message;
}
