import { create, type DescMessage, type DescMethod, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import type { ChannelInterface } from "@grpc/grpc-js";
import { LONGEST_DEADLINE_MS } from "../longest-deadline.ts";
import { through } from "./intercepted-call.ts";
import { callStream } from "./stream-call.ts";
import { callUnary } from "./unary-call.ts";

export interface GrpcTransportOptions {
  /** By createGrpcChannel. */
  channel: ChannelInterface;
  /** Whom errors name that did not reach it. */
  callee: string;
  /** The longest that a unary call may take, absent: no limit. A call may ask for less. */
  maxUnaryMs?: number;
  interceptors?: readonly Interceptor[];
}

/** Connect's transport over a grpc-js channel, for methods of every kind. */
export function createGrpcTransport(options: GrpcTransportOptions): Transport {
  const { channel, callee, interceptors = [], maxUnaryMs = Number.POSITIVE_INFINITY } = options;
  // What interceptors take and give is untyped as to a method's messages: hence the casts.
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const target = { channel, callee, deadline: Date.now() + Math.min(limit(timeoutMs), maxUnaryMs) };
      const call = through(interceptors, (request) => callUnary(target, request as UnaryRequest));
      const message = create(method.input, input);
      const rest = common(callee, method, signal, header, contextValues);
      const answer = await call({ stream: false, method, message, ...rest });
      return answer as UnaryResponse<typeof method.input, typeof method.output>;
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      const target = { channel, callee, deadline: Date.now() + limit(timeoutMs) };
      const call = through(interceptors, (request) => callStream(target, request as StreamRequest));
      const message = completed(method.input, input);
      const rest = common(callee, method, signal, header, contextValues);
      const answer = await call({ stream: true, method, message, ...rest });
      return answer as StreamResponse<typeof method.input, typeof method.output>;
    },
  };
}

const common = (
  callee: string,
  method: DescMethod,
  signal: AbortSignal | undefined,
  header: ConstructorParameters<typeof Headers>[0],
  contextValues: ContextValues | undefined,
) => ({
  service: method.parent,
  requestMethod: "POST",
  url: `http://${callee}/${method.parent.typeName}/${method.name}`,
  signal: signal ?? new AbortController().signal,
  header: new Headers(header),
  contextValues: contextValues ?? createContextValues(),
});

/** Milliseconds that a call may take. As in Connect's options, one that is not positive asks for no limit. */
const limit = (timeoutMs = 0): number =>
  timeoutMs > 0 ? Math.min(timeoutMs, LONGEST_DEADLINE_MS) : Number.POSITIVE_INFINITY;

async function* completed<T extends DescMessage>(desc: T, messages: AsyncIterable<MessageInitShape<T>>) {
  for await (const message of messages) yield create(desc, message);
}
