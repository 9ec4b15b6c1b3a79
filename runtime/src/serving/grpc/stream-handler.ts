import { once } from "node:events";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type MethodImplSpec,
  type StreamRequest,
  type StreamResponse,
} from "@connectrpc/connect";
import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { publicError } from "../error-interceptor.ts";
import { GrpcCallContext } from "./call-context.ts";
import { contextOf, requestOf, through } from "./intercepted-call.ts";
import { decodeRequest, encode } from "./messages.ts";
import type { GrpcRouterOptions } from "./router.ts";

type StreamSpec = Exclude<MethodImplSpec, { kind: "unary" }>;
type Stream = ServerDuplexStream<Buffer, Buffer>;

/** Answers calls with any number of messages either way, no faster than the caller takes them. */
export function streamHandler(
  spec: StreamSpec,
  { interceptors, log, closing }: GrpcRouterOptions,
): handleBidiStreamingCall<Buffer, Buffer> {
  const { input, output } = spec.method;
  const answer = through(interceptors, async (request) => {
    const context = contextOf(request);
    return context.response(true, answers(spec, (request as StreamRequest).message, context));
  });

  async function reply(call: Stream, context: GrpcCallContext): Promise<void> {
    const close = () => context.abort(closing.reason);
    closing.addEventListener("abort", close);
    try {
      const request = requestOf(context, true, () => requests(call, input));
      const { message: messages } = (await answer(request)) as StreamResponse;
      for await (const message of messages) {
        context.throwIfLeft();
        const bytes = encode(output, message, Code.Internal);
        context.sendHeader();
        if (!call.write(bytes)) await once(call, "drain", { signal: context.signal });
      }
      const trailer = context.trailer();
      context.sendHeader();
      call.end(trailer);
    } catch (error) {
      call.emit("error", context.refuse(publicError(context.causeOf(error), log)));
    } finally {
      closing.removeEventListener("abort", close);
      context.abort();
    }
  }

  return (call) => void reply(call, new GrpcCallContext(spec.method, call));
}

async function* requests<T extends DescMessage>(call: Stream, desc: T) {
  // Destroyed, the call could not be answered any more.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decodeRequest(desc, bytes);
}

async function* answers(spec: StreamSpec, asked: AsyncIterable<Message>, context: GrpcCallContext) {
  try {
    if (spec.kind === "client_streaming") yield await spec.impl(asked, context);
    else if (spec.kind === "server_streaming") yield* spec.impl(await only(asked), context);
    else yield* spec.impl(asked, context);
  } catch (error) {
    throw context.causeOf(error);
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
