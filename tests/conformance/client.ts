import { setTimeout as sleep } from "node:timers/promises";
import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type Message,
} from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Channel, compressionAlgorithms, credentials } from "@grpc/grpc-js";
import { createGrpcChannel } from "@ticketing/runtime/serving/grpc/channel";
import { createGrpcTransport } from "@ticketing/runtime/serving/grpc/transport";
import {
  appendTo,
  type ClientCompatRequest,
  conformanceService,
  fromHeaders,
  messageNamed,
  registry,
} from "./contracts.ts";
import { readMessages, writeMessage } from "./framing.ts";

/** The runtime's gRPC transport as connectconformance's client under test. */
const service = conformanceService();
const GZIP = 2;

interface Answer extends Message {
  payload?: Message;
}

async function call(request: ClientCompatRequest) {
  const method = service.methods.find(({ name }) => name === request.method);
  if (!method) throw new Error(`no method ${request.method}`);
  const channel = createGrpcChannel(`ipv4:${request.host}:${request.port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": request.messageReceiveLimit || -1,
    ...(request.compression === GZIP && {
      "grpc.default_compression_algorithm": compressionAlgorithms.gzip,
    }),
  });
  try {
    return await resultOf(channel, method, request);
  } finally {
    channel.close();
  }
}

async function resultOf(channel: Channel, method: DescMethod, request: ClientCompatRequest) {
  const transport = createGrpcTransport({ channel, callee: "server" });
  const leaving = new AbortController();
  const cancel = request.cancel?.cancelTiming ?? { case: undefined };
  const messages = request.requestMessages.map((any) => anyUnpack(any, registry) ?? create(method.input));
  const header = new Headers();
  appendTo(header, request.requestHeaders);
  const result = {
    responseHeaders: fromHeaders(new Headers()),
    responseTrailers: fromHeaders(new Headers()),
    payloads: [] as Message[],
    error: undefined as object | undefined,
  };
  const took = (answer: Message) => {
    result.payloads.push((answer as Answer).payload ?? create(messageNamed("ConformancePayload")));
    if (cancel.case === "afterNumResponses" && result.payloads.length === cancel.value) leaving.abort();
  };
  async function* send() {
    for (const message of messages) {
      await sleep(request.requestDelayMs);
      yield message;
    }
    if (cancel.case === "beforeCloseSend") leaving.abort();
    if (cancel.case === "afterCloseSendMs") setTimeout(() => leaving.abort(), cancel.value);
  }
  try {
    if (method.methodKind === "unary") {
      const [message = create(method.input)] = messages;
      if (cancel.case === "afterCloseSendMs") setTimeout(() => leaving.abort(), cancel.value);
      const answer = await transport.unary(
        method as DescMethodUnary,
        leaving.signal,
        request.timeoutMs,
        header,
        message,
      );
      result.responseHeaders = fromHeaders(answer.header);
      result.responseTrailers = fromHeaders(answer.trailer);
      took(answer.message);
    } else {
      const answer = await transport.stream(
        method as DescMethodStreaming,
        leaving.signal,
        request.timeoutMs,
        header,
        send(),
      );
      result.responseHeaders = fromHeaders(answer.header);
      try {
        for await (const message of answer.message) took(message);
      } finally {
        result.responseTrailers = fromHeaders(answer.trailer);
      }
    }
  } catch (reason) {
    const error = ConnectError.from(reason, Code.Unknown);
    if (!result.responseTrailers.length) result.responseTrailers = fromHeaders(error.metadata);
    result.error = {
      code: error.code as number,
      message: error.rawMessage,
      details: error.details.map((detail) =>
        "type" in detail ? { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value } : {},
      ),
    };
  }
  return result;
}

for await (const request of readMessages<ClientCompatRequest>(messageNamed("ClientCompatRequest"))) {
  const outcome = await call(request).then(
    (value) => ({ case: "response", value }),
    (error: unknown) => ({ case: "error", value: { message: String(error) } }),
  );
  writeMessage(messageNamed("ClientCompatResponse"), { testName: request.testName, result: outcome });
}
