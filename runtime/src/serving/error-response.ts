import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { endStreamFlag, endStreamToJson, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";

/** An HTTP answer that is an error and nothing else. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A protocol whose errors have the HTTP status 200. */
export interface Protocol {
  /** Which requests are of this protocol: an expression for all of their content type. */
  readonly contentType: string;
  readonly answer: (error: ConnectError) => ErrorResponse;
}

/** gRPC's status, its message as readable as the encoding of gRPC allows. */
export function grpcStatusOf(error: ConnectError): Headers {
  const status = setTrailerStatus(new Headers(), error);
  status.set("grpc-message", error.rawMessage.replace(/[^ -~]+|%/g, encodeURIComponent));
  return status;
}

/** An answer of headers alone (Trailers-Only). */
const grpcResponse = (error: ConnectError) => ({
  status: 200,
  headers: { ...Object.fromEntries(grpcStatusOf(error)), "content-type": "application/grpc" },
  body: new Uint8Array(),
});

/** The same as the trailers of gRPC-Web, which stand in the body. */
function grpcWebResponse(error: ConnectError) {
  const body = encodeEnvelope(trailerFlag, trailerSerialize(grpcStatusOf(error)));
  return { status: 200, headers: { "content-type": "application/grpc-web+proto" }, body };
}

function grpcWebTextResponse(error: ConnectError) {
  const body = Buffer.from(Buffer.from(grpcWebResponse(error).body).toString("base64"));
  return { status: 200, headers: { "content-type": "application/grpc-web-text+proto" }, body };
}

/** A stream of the Connect protocol that consists of its end. */
const endOfStream = (contentType: string) => (error: ConnectError) => {
  const end = new TextEncoder().encode(JSON.stringify(endStreamToJson(new Headers(), error, undefined)));
  return { status: 200, headers: { "content-type": contentType }, body: encodeEnvelope(endStreamFlag, end) };
};

/** An error as JSON, as the Connect protocol writes it, with an HTTP status of its own. */
export const jsonResponse = (error: ConnectError, status: number): ErrorResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: errorToJsonBytes(error, undefined),
});

/**
 * The protocols by content type. gRPC-Web has HTTP's status 200 as well: of any other, its clients take the code from
 * that status, so that RESOURCE_EXHAUSTED would read as UNAVAILABLE and lose its details.
 */
export const protocols: readonly Protocol[] = [
  { contentType: "application/grpc(\\+.*)?", answer: grpcResponse },
  { contentType: "application/grpc-web-text([+;].*)?", answer: grpcWebTextResponse },
  { contentType: "application/grpc-web([+;].*)?", answer: grpcWebResponse },
  { contentType: "application/connect\\+json(;.*)?", answer: endOfStream("application/connect+json") },
  { contentType: "application/connect\\+proto(;.*)?", answer: endOfStream("application/connect+proto") },
];

/** An error in the protocol of a request with this content type; otherwise as JSON with this HTTP status. */
export function errorResponse(contentType: string, error: ConnectError, httpStatus: number): ErrorResponse {
  const protocol = protocols.find((each) => new RegExp(`^${each.contentType}$`).test(contentType));
  return protocol ? protocol.answer(error) : jsonResponse(error, httpStatus);
}
