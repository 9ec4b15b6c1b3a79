import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CallOptions,
  type Client,
  ConnectError,
  createClient,
  type ServiceImpl,
} from "@connectrpc/connect";
import {
  connectNodeAdapter,
  createGrpcTransport as createConnectNodeTransport,
} from "@connectrpc/connect-node";
import {
  credentials,
  Client as GrpcJsClient,
  type Metadata,
  Server,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import {
  GetOrderRequestSchema,
  GetOrderResponseSchema,
  OrderService,
  WatchOrderRequestSchema,
  WatchOrderResponseSchema,
} from "@ticketing/proto/orders/v1/order_service";
import { createGrpcChannel } from "../src/serving/grpc/channel.ts";
import { createGrpcClient } from "../src/serving/grpc/client.ts";
import { toHeaders, toMetadata } from "../src/serving/grpc/metadata.ts";
import { openGrpcPort } from "../src/serving/grpc/port.ts";
import { createGrpcRouter } from "../src/serving/grpc/router.ts";
import { createGrpcTransport } from "../src/serving/grpc/transport.ts";
import { callInterceptors } from "../src/serving/interceptors.ts";
import { validateInterceptor } from "../src/serving/validate-interceptor.ts";
import { silent } from "./service.ts";

/** The implementations of gRPC that have to understand each other: the runtime's, connect-node's and grpc-js's own. */
export type Handlers = Pick<ServiceImpl<typeof OrderService>, "getOrder" | "watchOrder">;

export const MAX_BYTES = 64 * 1024;

export interface Peer {
  port: number;
  closing: AbortController;
  close(): void;
}

async function runtimeServer(handlers: Handlers): Promise<Peer> {
  const server = new Server({ "grpc.max_receive_message_length": MAX_BYTES });
  const closing = new AbortController();
  const options = { log: silent, closing: closing.signal, interceptors: callInterceptors(silent) };
  createGrpcRouter(server, options).service(OrderService, handlers);
  const { port, drain } = await openGrpcPort(server, { host: "127.0.0.1", port: 0, log: silent });
  return { port, closing, close: () => void drain(0) };
}

async function connectNodeServer(handlers: Handlers): Promise<Peer> {
  const closing = new AbortController();
  const handle = connectNodeAdapter({
    routes: (router) => router.service(OrderService, handlers),
    interceptors: [validateInterceptor],
    readMaxBytes: MAX_BYTES,
    shutdownSignal: closing.signal,
  });
  const server = createServer(handle);
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    closing,
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

/** What a caller saw of its call. */
export interface Outcome {
  header: Headers;
  trailer: Headers;
  /** Of the orders in the answers. */
  ids: (string | undefined)[];
  error?: ConnectError;
}

export interface Caller {
  get(orderId: string, options?: CallOptions): Promise<Outcome>;
  watch(orderId: string, options?: CallOptions): Promise<Outcome>;
  /** Absent where it is not one of Connect's. */
  client?: Client<typeof OrderService>;
  close(): void;
}

const nothing = (): Outcome => ({ header: new Headers(), trailer: new Headers(), ids: [] });

function connectCaller(client: Client<typeof OrderService>, close: () => void): Caller {
  const noting = (outcome: Outcome, options?: CallOptions): CallOptions => ({
    ...options,
    onHeader: (header) => Object.assign(outcome, { header }),
    onTrailer: (trailer) => Object.assign(outcome, { trailer }),
  });
  const failed = (outcome: Outcome) => (error: unknown) => {
    if (!(error instanceof ConnectError)) throw error;
    outcome.error = error;
    return outcome;
  };
  return {
    client,
    close,
    async get(orderId, options) {
      const outcome = nothing();
      return client.getOrder({ orderId }, noting(outcome, options)).then(({ order }) => {
        outcome.ids.push(order?.id);
        return outcome;
      }, failed(outcome));
    },
    async watch(orderId, options) {
      const outcome = nothing();
      const read = async () => {
        for await (const { order } of client.watchOrder({ orderId }, noting(outcome, options)))
          outcome.ids.push(order?.id);
        return outcome;
      };
      return read().catch(failed(outcome));
    },
  };
}

function runtimeCaller(port: number): Caller {
  const channel = createGrpcChannel(`ipv4:127.0.0.1:${port}`, credentials.createInsecure());
  const transport = createGrpcTransport({ channel, callee: "orders" });
  return connectCaller(createGrpcClient(OrderService, transport), () => channel.close());
}

const connectNodeCaller = (port: number): Caller =>
  connectCaller(
    createClient(OrderService, createConnectNodeTransport({ baseUrl: `http://127.0.0.1:${port}` })),
    () => undefined,
  );

function grpcJsCaller(port: number): Caller {
  const client = new GrpcJsClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const bytes = (message: Uint8Array) => Buffer.from(message);
  const same = (message: Buffer) => message;
  const noted = (outcome: Outcome, error?: ServiceError | StatusObject | null) => {
    outcome.trailer = toHeaders(error?.metadata);
    if (error?.code) outcome.error = new ConnectError(error.details, error.code as number, outcome.trailer);
    return outcome;
  };
  const settings = ({ headers, timeoutMs, signal }: CallOptions = {}, call: () => { cancel(): void }) => {
    signal?.addEventListener("abort", () => call().cancel());
    return {
      metadata: toMetadata(new Headers(headers)),
      deadline: Date.now() + (timeoutMs ?? 30_000),
    };
  };
  return {
    close: () => client.close(),
    get: (orderId, options) =>
      new Promise((resolve) => {
        const outcome = nothing();
        const { metadata, deadline } = settings(options, () => call);
        const request = toBinary(GetOrderRequestSchema, create(GetOrderRequestSchema, { orderId }));
        const path = "/ticketing.orders.v1.OrderService/GetOrder";
        const call = client.makeUnaryRequest(
          path,
          bytes,
          same,
          request,
          metadata,
          { deadline },
          (error, answer) => {
            if (!error && answer) outcome.ids.push(fromBinary(GetOrderResponseSchema, answer).order?.id);
          },
        );
        call.on("metadata", (header: Metadata) => Object.assign(outcome, { header: toHeaders(header) }));
        call.on("status", (status: StatusObject) => resolve(noted(outcome, status)));
      }),
    watch: (orderId, options) =>
      new Promise((resolve) => {
        const outcome = nothing();
        const { metadata, deadline } = settings(options, () => call);
        const request = toBinary(WatchOrderRequestSchema, create(WatchOrderRequestSchema, { orderId }));
        const path = "/ticketing.orders.v1.OrderService/WatchOrder";
        const call = client.makeServerStreamRequest(path, bytes, same, request, metadata, { deadline });
        call.on("metadata", (header: Metadata) => Object.assign(outcome, { header: toHeaders(header) }));
        call.on("data", (answer: Buffer) =>
          outcome.ids.push(fromBinary(WatchOrderResponseSchema, answer).order?.id),
        );
        call.on("error", () => undefined);
        call.on("status", (status: StatusObject) => resolve(noted(outcome, status)));
      }),
  };
}

const servers = { runtime: runtimeServer, "connect-node": connectNodeServer };
const callers = { runtime: runtimeCaller, "connect-node": connectNodeCaller, "grpc-js": grpcJsCaller };

/** Each pair in which one side is the runtime's: the caller, then the server. */
export const pairs = [
  ["runtime", "runtime"],
  ["connect-node", "runtime"],
  ["grpc-js", "runtime"],
  ["runtime", "connect-node"],
] as const satisfies [keyof typeof callers, keyof typeof servers][];

/** Starts both sides; what the handlers do may be changed meanwhile. */
export async function connectPeers([caller, server]: (typeof pairs)[number], handlers: Handlers) {
  const peer = await servers[server](handlers);
  const calls = callers[caller](peer.port);
  return {
    calls,
    server: peer,
    close() {
      calls.close();
      peer.close();
    },
  };
}
