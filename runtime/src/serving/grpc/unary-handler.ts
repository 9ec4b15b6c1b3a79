import { Code, type ConnectError, type MethodImplSpec } from "@connectrpc/connect";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { measureCall } from "../../process/measures.ts";
import { withRequestId } from "../../process/request-context.ts";
import { publicError } from "../error-interceptor.ts";
import { codeName } from "../measure-interceptor.ts";
import { acceptRequestId, REQUEST_ID_HEADER } from "../request-id-interceptor.ts";
import { GrpcCallContext } from "./call-context.ts";
import { decodeRequest, encode } from "./messages.ts";
import type { GrpcRouterOptions } from "./router.ts";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** Answers calls with one message each way: five times as fast as streams of one. */
export function unaryHandler(
  { method, impl }: UnarySpec,
  { gate, log }: Pick<GrpcRouterOptions, "gate" | "log">,
): handleUnaryCall<Buffer, Buffer> {
  const name = `${method.parent.typeName}/${method.name}`;
  return (call, callback) => {
    const begun = performance.now();
    const context = new GrpcCallContext(method, call);
    const end = (error?: ConnectError) => {
      measureCall(name, codeName(error?.code), performance.now() - begun);
      context.abort(error);
    };
    const answer = async () => {
      await gate?.(context);
      // Nothing is done for a caller that left meanwhile.
      context.throwIfLeft();
      const message = await impl(decodeRequest(method.input, call.request), context);
      const bytes = encode(method.output, message, Code.Internal);
      const trailer = context.trailer();
      context.sendHeader();
      end();
      callback(null, bytes, trailer);
    };
    const refuse = (error: unknown) => {
      const refusal = publicError(error, log);
      end(refusal);
      callback(context.refuse(refusal));
    };
    const requestId = acceptRequestId(call.metadata.get(REQUEST_ID_HEADER)[0]?.toString());
    void withRequestId(requestId, () => answer().catch(refuse));
  };
}
