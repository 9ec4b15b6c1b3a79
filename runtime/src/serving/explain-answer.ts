import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  createAsyncIterable,
  encodeEnvelope,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamFromJson,
  endStreamToJson,
  errorFromJsonBytes,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { grpcStatusOf } from "./error-response.ts";
import type { Explain } from "./missing-reasons.ts";

const DETAILS = "grpc-status-details-bin";
/** Flags, and four bytes of size. */
const ENVELOPE_BYTES = 5;

/** Explains gRPC's status of what is answered on this stream, whichever library answers. */
export function explainStatus(stream: ServerHttp2Stream, explain: Explain): void {
  const respond = stream.respond.bind(stream);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.respond = (headers, options) => respond(explained(headers, explain), options);
  stream.sendTrailers = (trailers) => sendTrailers(explained(trailers, explain) ?? trailers);
}

/** The same headers, where they have no status, or one with details. */
function explained<T extends OutgoingHttpHeaders | readonly string[] | undefined>(
  headers: T,
  explain: Explain,
) {
  if (!headers || Array.isArray(headers)) return headers;
  const { "grpc-status": status, "grpc-message": message } = headers as OutgoingHttpHeaders;
  if (status === undefined || Number(status) === 0 || DETAILS in headers) return headers;
  const error = new ConnectError(decoded(String(message ?? "")), Number(status));
  return { ...headers, ...Object.fromEntries(grpcStatusOf(explain(error))) };
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

/** Explains the error that an answer of connect-node ends with. One of gRPC has it in its trailers: see above. */
export async function explainAnswer(
  answer: UniversalServerResponse,
  explain: Explain,
): Promise<UniversalServerResponse> {
  const { body, header } = answer;
  const type = header?.get("content-type") ?? "";
  if (!body || header?.has("content-encoding")) return answer;
  if (answer.status >= 400 && type.startsWith("application/json")) return explainJson(answer, explain);
  if (type.startsWith("application/connect+"))
    return { ...answer, body: lastExplained(body, endOfConnect(explain)) };
  if (type.startsWith("application/grpc-web"))
    return { ...answer, body: lastExplained(body, endOfGrpcWeb(explain)) };
  return answer;
}

async function explainJson(
  answer: UniversalServerResponse,
  explain: Explain,
): Promise<UniversalServerResponse> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body ?? []) chunks.push(chunk);
  const said = errorFromJsonBytes(Buffer.concat(chunks), undefined, new ConnectError("", Code.Unknown));
  const error = explain(said);
  const body = errorToJsonBytes(error, undefined);
  const header = new Headers(answer.header);
  header.set("content-length", String(body.length));
  return { ...answer, status: codeToHttpStatus(error.code), header, body: createAsyncIterable([body]) };
}

/** The last envelope of each protocol, made anew. */
interface End {
  flag: number;
  explained: (bytes: Uint8Array) => Uint8Array;
}

const endOfConnect = (explain: Explain): End => ({
  flag: endStreamFlag,
  explained(bytes) {
    const { metadata, error } = endStreamFromJson(bytes);
    if (!error) return bytes;
    return Buffer.from(JSON.stringify(endStreamToJson(metadata, explain(error), undefined)));
  },
});

const endOfGrpcWeb = (explain: Explain): End => ({
  flag: trailerFlag,
  explained(bytes) {
    const trailer = trailerParse(bytes);
    const error = trailer.has(DETAILS) ? undefined : findTrailerError(trailer);
    if (!error) return bytes;
    for (const [name, value] of grpcStatusOf(explain(error))) trailer.set(name, value);
    return trailerSerialize(trailer);
  },
});

/** connect-node writes each envelope as one chunk. */
async function* lastExplained(chunks: AsyncIterable<Uint8Array>, { flag, explained }: End) {
  for await (const chunk of chunks) {
    yield chunk[0] === flag ? encodeEnvelope(flag, explained(chunk.subarray(ENVELOPE_BYTES))) : chunk;
  }
}
