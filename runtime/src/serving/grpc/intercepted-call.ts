import {
  createContextKey,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import type { GrpcCallContext } from "./call-context.ts";

type AnyRequest = UnaryRequest | StreamRequest;
export type Next = Parameters<Interceptor>[0];

const contextKey = createContextKey<GrpcCallContext | undefined>(undefined);

/** What interceptors see of a call; most of it is made when they look. `read` gives its message or messages. */
export function requestOf(context: GrpcCallContext, stream: boolean, read: () => unknown): AnyRequest {
  const { service, method, requestMethod, values } = context;
  let message: unknown;
  values.set(contextKey, context);
  const request = {
    stream,
    service,
    method,
    requestMethod,
    contextValues: values,
    get url() {
      return context.url;
    },
    get signal() {
      return context.signal;
    },
    get header() {
      return context.requestHeader;
    },
    get message() {
      message ??= read();
      return message;
    },
  };
  // Interceptors do not know of what type a method's messages are.
  return request as AnyRequest;
}

/** The call whose request this is, as interceptors passed it on. */
export function contextOf(request: AnyRequest): GrpcCallContext {
  const context = request.contextValues.get(contextKey);
  if (!context) throw new Error("an interceptor put other context values in place of the call's");
  return context;
}

/** What they make of a call together; the first is the outermost. */
export const through = (interceptors: readonly Interceptor[], next: Next): Next =>
  interceptors.reduceRight((inner, interceptor) => interceptor(inner), next);
