import type { DescMessage, DescMethodStreaming, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import { type Code, ConnectError, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import * as browser from "@connectrpc/connect-web";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";

/** Clients that people really have, to a gateway at this address: those of browsers run on Node's `fetch`. */
export const clientsOf = (baseUrl: string): Readonly<Record<string, Transport>> => ({
  gRPC: createGrpcTransport({ baseUrl }),
  "gRPC-Web over HTTP/1.1": createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web over HTTP/2": createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  "gRPC-Web of a browser": browser.createGrpcWebTransport({ baseUrl }),
  "Connect over HTTP/1.1": createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect in binary over HTTP/2": createConnectTransport({
    baseUrl,
    httpVersion: "2",
    useBinaryFormat: true,
  }),
  "Connect of a browser": browser.createConnectTransport({ baseUrl }),
  "Connect in binary of a browser": browser.createConnectTransport({ baseUrl, useBinaryFormat: true }),
});

/** What a call of this method with this message fails with. A stream is read to its end. */
export async function failureOf(
  transport: Transport,
  method: DescMethodUnary | DescMethodStreaming,
  message: MessageInitShape<DescMessage> = {},
  headers: Record<string, string> = {},
): Promise<ConnectError> {
  try {
    if (method.methodKind === "unary") {
      await transport.unary(method, undefined, undefined, headers, message);
    } else {
      const answer = await transport.stream(method, undefined, undefined, headers, once(message));
      for await (const _ of answer.message);
    }
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error(`${method.name} did not fail`);
}

async function* once<T>(message: T) {
  yield message;
}

const bytes = (message: Buffer) => message;
const kinds = ["unary", "server streaming", "client streaming", "bidirectional"] as const;

/** The code with which @grpc/grpc-js ends calls of each kind at a path; those that stream go on sending. */
export async function grpcCodes(address: string, path: string): Promise<Record<string, Code>> {
  const client = new Client(address, credentials.createInsecure());
  try {
    return Object.fromEntries(
      await Promise.all(kinds.map(async (kind) => [kind, await grpcCode(client, kind, path)])),
    );
  } finally {
    client.close();
  }
}

function grpcCode(client: Client, kind: (typeof kinds)[number], path: string): Promise<Code> {
  const none = Buffer.alloc(0);
  const metadata = new Metadata();
  return new Promise((resolve, reject) => {
    const ended = (error: ServiceError | null) =>
      error ? resolve(error.code as number) : reject(new Error(`${path} answered`));
    if (kind === "unary") {
      client.makeUnaryRequest(path, bytes, bytes, none, metadata, {}, ended);
    } else if (kind === "server streaming") {
      client.makeServerStreamRequest(path, bytes, bytes, none, metadata, {}).on("error", ended).resume();
    } else if (kind === "client streaming") {
      client.makeClientStreamRequest(path, bytes, bytes, metadata, {}, ended).write(none);
    } else {
      const call = client.makeBidiStreamRequest(path, bytes, bytes, metadata, {});
      call.on("error", ended).resume();
      call.write(none);
    }
  });
}
