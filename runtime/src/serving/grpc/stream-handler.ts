import { once } from "node:events";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type MethodImplSpec } from "@connectrpc/connect";
import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { withRequestId } from "../../process/request-context.ts";
import { publicError } from "../error-interceptor.ts";
import { acceptRequestId, REQUEST_ID_HEADER } from "../request-id-interceptor.ts";
import { GrpcCallContext } from "./call-context.ts";
import { decodeRequest, encode } from "./messages.ts";
import type { GrpcRouterOptions } from "./router.ts";

type StreamSpec = Exclude<MethodImplSpec, { kind: "unary" }>;
type Stream = ServerDuplexStream<Buffer, Buffer>;

/** Answers calls with any number of messages either way, no faster than the caller takes them. */
export function streamHandler(
  spec: StreamSpec,
  { gate, log, closing }: GrpcRouterOptions,
): handleBidiStreamingCall<Buffer, Buffer> {
  const { input, output } = spec.method;

  async function answer(call: Stream, context: GrpcCallContext): Promise<void> {
    const close = () => context.abort(closing.reason);
    closing.addEventListener("abort", close);
    try {
      await gate?.(context);
      for await (const message of answers(spec, requests(call, input), context)) {
        context.throwIfLeft();
        const bytes = encode(output, message, Code.Internal);
        context.sendHeader();
        if (!call.write(bytes)) await once(call, "drain", { signal: context.signal });
      }
      const trailer = context.trailer();
      context.sendHeader();
      call.end(trailer);
    } catch (error) {
      // Whatever failed when the caller left failed because it did.
      const refusal = publicError(call.cancelled ? context.signal.reason : error, log);
      call.emit("error", context.refuse(refusal));
    } finally {
      closing.removeEventListener("abort", close);
      context.abort();
    }
  }

  return (call) => {
    const requestId = acceptRequestId(call.metadata.get(REQUEST_ID_HEADER)[0]?.toString());
    void withRequestId(requestId, () => answer(call, new GrpcCallContext(spec.method, call)));
  };
}

async function* requests<T extends DescMessage>(call: Stream, desc: T) {
  // Destroyed, the call could not be answered any more.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decodeRequest(desc, bytes);
}

async function* answers(spec: StreamSpec, asked: AsyncIterable<Message>, context: HandlerContext) {
  switch (spec.kind) {
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
