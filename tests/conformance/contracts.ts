import { readFileSync } from "node:fs";
import { createFileRegistry, type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { type Any, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** The contracts of connectrpc.conformance.v1, which the image holds that was given to this program. */
const [, , image = ""] = process.argv;
export const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));

const PACKAGE = "connectrpc.conformance.v1";

export function messageNamed(name: string): DescMessage {
  const desc = registry.getMessage(`${PACKAGE}.${name}`);
  if (!desc) throw new Error(`the image has no ${PACKAGE}.${name}`);
  return desc;
}

export function conformanceService() {
  const desc = registry.getService(`${PACKAGE}.ConformanceService`);
  if (!desc) throw new Error("the image has no service");
  return desc;
}

// What these programs use of the messages that the descriptors above describe.

export interface Header {
  name: string;
  value: string[];
}

export interface ErrorSpec {
  code: number;
  message?: string;
  details: Any[];
}

/** Of a response to a unary request, and of the first message of a stream. */
export interface ResponseDefinition {
  responseHeaders: Header[];
  responseTrailers: Header[];
  responseDelayMs: number;
}
export interface UnaryDefinition extends ResponseDefinition {
  response:
    | { case: "responseData"; value: Uint8Array }
    | { case: "error"; value: ErrorSpec }
    | { case: undefined };
}
export interface StreamDefinition extends ResponseDefinition {
  responseData: Uint8Array[];
  error?: ErrorSpec;
}

export interface ConformanceRequest<Definition> extends Message {
  responseDefinition?: Definition;
  fullDuplex?: boolean;
}

export interface ServerCompatRequest extends Message {
  messageReceiveLimit: number;
}

export interface ClientCompatRequest extends Message {
  testName: string;
  host: string;
  port: number;
  compression: number;
  messageReceiveLimit: number;
  method?: string;
  requestHeaders: Header[];
  requestMessages: Any[];
  timeoutMs?: number;
  requestDelayMs: number;
  cancel?: {
    cancelTiming:
      | { case: "beforeCloseSend"; value: object }
      | { case: "afterCloseSendMs" | "afterNumResponses"; value: number }
      | { case: undefined };
  };
}

/** Connect's headers as the contracts write them, and back. */
export const fromHeaders = (headers: Headers): Header[] =>
  [...headers].map(([name, value]) => ({ name, value: [value] }));

export function appendTo(headers: Headers, given: readonly Header[]): void {
  for (const { name, value } of given) for (const one of value) headers.append(name, one);
}
