import { create } from "@bufbuild/protobuf";
import { Code, type MethodImplSpec, type UnaryRequest, type UnaryResponse } from "@connectrpc/connect";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { publicError } from "../error-interceptor.ts";
import { GrpcCallContext } from "./call-context.ts";
import { contextOf, requestOf, through } from "./intercepted-call.ts";
import { decodeRequest, encode } from "./messages.ts";
import type { GrpcRouterOptions } from "./router.ts";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** Answers calls with one message each way: five times as fast as streams of one. */
export function unaryHandler(
  { method, impl }: UnarySpec,
  { interceptors, log }: Pick<GrpcRouterOptions, "interceptors" | "log">,
): handleUnaryCall<Buffer, Buffer> {
  const answer = through(interceptors, async (request) => {
    const context = contextOf(request);
    // Nothing is done for a caller that left meanwhile.
    context.throwIfLeft();
    const message = create(method.output, await impl((request as UnaryRequest).message, context));
    return context.response(false, message);
  });
  return (call, callback) => {
    const context = new GrpcCallContext(method, call);
    const reply = async () => {
      const request = requestOf(context, false, () => decodeRequest(method.input, call.request));
      const { message } = (await answer(request)) as UnaryResponse;
      const bytes = encode(method.output, message, Code.Internal);
      const trailer = context.trailer();
      context.sendHeader();
      context.abort();
      callback(null, bytes, trailer);
    };
    const refuse = (error: unknown) => {
      const refusal = publicError(error, log);
      context.abort(refusal);
      callback(context.refuse(refusal));
    };
    reply().catch(refuse);
  };
}
