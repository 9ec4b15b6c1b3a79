import { createServer } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { create, type Message } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { Server } from "@grpc/grpc-js";
import { errorResponse } from "@ticketing/runtime/serving/error-response";
import { openGrpcPort } from "@ticketing/runtime/serving/grpc/port";
import { createGrpcRouter, type ServiceRouter } from "@ticketing/runtime/serving/grpc/router";
import { callInterceptors } from "@ticketing/runtime/serving/interceptors";
import { createRpcHandler } from "@ticketing/runtime/serving/rpc-handler";
import { writeResponse } from "@ticketing/runtime/serving/write-response";
import { silent } from "@ticketing/runtime/testing/service";
import {
  appendTo,
  type ConformanceRequest,
  conformanceService,
  type ErrorSpec,
  fromHeaders,
  messageNamed,
  type ResponseDefinition,
  registry,
  type ServerCompatRequest,
  type StreamDefinition,
  type UnaryDefinition,
} from "./contracts.ts";
import { readMessages, writeMessage } from "./framing.ts";

/** The runtime's servers, as its public port has them, as connectconformance's server under test. */
const RequestInfo = messageNamed("ConformancePayload.RequestInfo");

const service = conformanceService();
const descs = new Map(service.methods.map(({ input }) => [input.typeName, input]));

function infoOf(requests: readonly Message[], context: HandlerContext) {
  const timeoutMs = context.timeoutMs();
  return {
    requestHeaders: fromHeaders(context.requestHeader),
    timeoutMs: timeoutMs === undefined ? undefined : BigInt(Math.round(timeoutMs)),
    requests: requests.map((request) => anyPack(descs.get(request.$typeName) ?? RequestInfo, request)),
  };
}
type Info = ReturnType<typeof infoOf>;

function errorOf(spec: ErrorSpec, info?: Info): ConnectError {
  const error = new ConnectError(spec.message ?? "", spec.code);
  const own = info ? [anyPack(RequestInfo, create(RequestInfo, info))] : [];
  error.details = [...spec.details, ...own].map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  return error;
}

function answerHeaders(definition: ResponseDefinition | undefined, context: HandlerContext) {
  appendTo(context.responseHeader, definition?.responseHeaders ?? []);
  appendTo(context.responseTrailer, definition?.responseTrailers ?? []);
}

async function one(requests: readonly ConformanceRequest<UnaryDefinition>[], context: HandlerContext) {
  const definition = requests[0]?.responseDefinition;
  answerHeaders(definition, context);
  await sleep(definition?.responseDelayMs ?? 0);
  const info = infoOf(requests, context);
  if (definition?.response.case === "error") throw errorOf(definition.response.value, info);
  const data = definition?.response.case === "responseData" ? definition.response.value : new Uint8Array();
  return { payload: { data, requestInfo: info } };
}

async function* many(definition: StreamDefinition | undefined, requests: Message[], context: HandlerContext) {
  answerHeaders(definition, context);
  let info: Info | undefined = infoOf(requests, context);
  for (const data of definition?.responseData ?? []) {
    await sleep(definition?.responseDelayMs ?? 0);
    yield { payload: { data, requestInfo: info } };
    info = undefined;
  }
  if (definition?.error) throw errorOf(definition.error, info);
}

async function* inTurns(
  first: ConformanceRequest<StreamDefinition>,
  rest: AsyncIterator<ConformanceRequest<StreamDefinition>>,
  context: HandlerContext,
) {
  const definition = first.responseDefinition;
  answerHeaders(definition, context);
  let requests: Message[] = [first];
  let answered = false;
  for (const data of definition?.responseData ?? []) {
    await sleep(definition?.responseDelayMs ?? 0);
    const info = infoOf(requests, context);
    yield { payload: { data, requestInfo: answered ? { requests: info.requests } : info } };
    answered = true;
    const next = await rest.next();
    requests = next.done ? [] : [next.value];
  }
  if (definition?.error) throw errorOf(definition.error, answered ? undefined : infoOf(requests, context));
}

const implementation = {
  unary: (request: ConformanceRequest<UnaryDefinition>, context: HandlerContext) => one([request], context),
  idempotentUnary: (request: ConformanceRequest<UnaryDefinition>, context: HandlerContext) =>
    one([request], context),
  async clientStream(requests: AsyncIterable<ConformanceRequest<UnaryDefinition>>, context: HandlerContext) {
    const all: ConformanceRequest<UnaryDefinition>[] = [];
    for await (const request of requests) all.push(request);
    return one(all, context);
  },
  serverStream: (request: ConformanceRequest<StreamDefinition>, context: HandlerContext) =>
    many(request.responseDefinition, [request], context),
  async *bidiStream(requests: AsyncIterable<ConformanceRequest<StreamDefinition>>, context: HandlerContext) {
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done) return;
    if (first.value.fullDuplex) yield* inTurns(first.value, iterator, context);
    else {
      const all: Message[] = [first.value];
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) all.push(next.value);
      yield* many(first.value.responseDefinition, all, context);
    }
  },
};

const asked = await readMessages<ServerCompatRequest>(messageNamed("ServerCompatRequest")).next();
if (asked.done) throw new Error("nothing was asked for");
const limit = asked.value.messageReceiveLimit;
const common = { log: silent, interceptors: callInterceptors(silent) };
// Types of messages are in the contracts above, of which the descriptors know nothing.
const routes = (router: ServiceRouter) =>
  void router.service(service, implementation as unknown as Partial<ServiceImpl<typeof service>>);

const noSuchPath = new ConnectError("no such path", Code.Unimplemented);
// As the public port: gRPC goes to grpc-js, everything else to connect-node.
const others = createServer(
  createRpcHandler({
    ...common,
    routes,
    jsonOptions: { registry },
    ...(limit && { readMaxBytes: limit }),
    otherwise: ({ headers }, response) =>
      writeResponse(response, errorResponse(headers["content-type"] ?? "", noSuchPath, 404)),
  }),
);
const grpc = new Server({ "grpc.max_receive_message_length": limit || -1 });
const router = createGrpcRouter(grpc, { ...common, closing: new AbortController().signal });
routes(router);
const { port } = await openGrpcPort(grpc, {
  host: "127.0.0.1",
  port: 0,
  log: silent,
  paths: router.paths("unary", "server_streaming"),
  otherwise: (...request) => others.emit("stream", ...request),
});
writeMessage(messageNamed("ServerCompatResponse"), { host: "127.0.0.1", port });
