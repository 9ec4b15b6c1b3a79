import { readdirSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { framed, type RawClient, type Reply } from "./raw-http2-client.ts";

const generated = join(import.meta.dirname, "../../proto/gen/ticketing");

/** Every descriptor of a kind in @ticketing/proto, whether or not a test knows of it. */
async function descriptors<K extends "service" | "message">(kind: K) {
  const files = readdirSync(generated, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(join(generated, name)).href)));
  const found = modules.flatMap((module) => Object.values(module as object));
  type Desc = K extends "service" ? DescService : DescMessage;
  return found.filter((value): value is Desc => typeof value === "object" && value?.kind === kind);
}

/** Every service of the contracts. */
export const allServices = (): Promise<DescService[]> => descriptors("service");

/** Every message of the contracts by its full name. */
export async function allMessages(): Promise<Map<string, DescMessage>> {
  return new Map((await descriptors("message")).map((desc) => [desc.typeName, desc]));
}

/** The full name of an RPC, as verdicts spell it: `tickets.v1.TicketService/GetTicket`. */
export const rpcName = (method: DescMethod): string =>
  `${method.parent.typeName.replace("ticketing.", "")}/${method.name}`;

export const rpcPath = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`;

export type Init = MessageInitShape<DescMessage>;

/** How a message travels. */
export type Encoding = "connect json" | "connect binary" | "grpc" | "grpc-web";
export const encodings: readonly Encoding[] = ["connect json", "connect binary", "grpc", "grpc-web"];

/** The content type by which a method is called in an encoding. */
export function contentType(method: DescMethod, encoding: Encoding): string {
  if (encoding === "grpc") return "application/grpc";
  if (encoding === "grpc-web") return "application/grpc-web+proto";
  const format = encoding === "connect json" ? "json" : "proto";
  return method.methodKind === "unary" ? `application/${format}` : `application/connect+${format}`;
}

/** Calls a method with these bytes as its message, good or bad. */
export function callRaw(
  wire: RawClient,
  method: DescMethod,
  encoding: Encoding,
  message: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<Reply> {
  const enveloped = encoding.startsWith("grpc") || method.methodKind !== "unary";
  return wire.post(
    rpcPath(method),
    {
      "content-type": contentType(method, encoding),
      ...(encoding.startsWith("connect") ? { "connect-protocol-version": "1" } : { te: "trailers" }),
      ...headers,
    },
    enveloped ? framed(message) : message,
  );
}

/** Calls a method as a client does. */
export function call(
  wire: RawClient,
  method: DescMethod,
  init: Init,
  headers: OutgoingHttpHeaders = {},
  encoding: Encoding = "connect json",
): Promise<Reply> {
  const message = create(method.input, init);
  const bytes =
    encoding === "connect json"
      ? Buffer.from(toJsonString(method.input, message))
      : toBinary(method.input, message);
  return callRaw(wire, method, encoding, bytes, headers);
}
