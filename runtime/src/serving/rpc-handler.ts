import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError, type ConnectRouterOptions, createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import type { PublicReason } from "@ticketing/proto/reason";
import { DomainError, toConnectError } from "../process/domain-error.ts";
import type { Logger } from "../process/log.ts";
import { errorResponse, jsonResponse } from "./error-response.ts";
import { explainAnswer } from "./explain-answer.ts";
import type { ServiceRouter } from "./grpc/router.ts";
import type { Explain } from "./missing-reasons.ts";
import { type HttpResponse, writeResponse } from "./write-response.ts";

interface RpcOptions extends ConnectRouterOptions {
  routes: (router: ServiceRouter) => void;
  log: Logger;
  otherwise: Listener;
  /** Of every error of a call; absent: it goes as connect-node makes it. */
  explain?: Explain;
}
type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/**
 * Serves the RPCs of these routes, as connectNodeAdapter does, which answers a call by a wrong HTTP method or with a
 * wrong content type by a status alone: here it has an error. `otherwise` serves all other paths.
 */
export function createRpcHandler(options: RpcOptions): Listener {
  const acceptCompression = [compressionGzip, compressionBrotli];
  const router = createConnectRouter({ acceptCompression, ...options });
  options.routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request, response) => {
    const handler = handlers.get(request.url.split("?", 1)[0] ?? "");
    if (!handler) {
      options.otherwise(request, response);
      return;
    }
    serve(handler, request, response, options.explain).catch((error: unknown) => {
      // A client that left while it was answered.
      if (ConnectError.from(error).code === Code.Aborted) return;
      options.log.error({ err: error, path: handler.requestPath }, "an answer could not be written");
      response.stream.destroy();
    });
  };
}

async function serve(
  handler: UniversalHandler,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  explain: Explain | undefined,
): Promise<void> {
  if (!isHost(request.authority)) {
    writeResponse(response, badRequest(request, "there is no such host"));
    return;
  }
  if (!isBase64(request.url)) {
    writeResponse(response, badRequest(request, "the message is no base64"));
    return;
  }
  const answer = await handler(universalRequestFromNodeRequest(request, response, undefined, undefined));
  if (answer.status === 405) {
    const allow = handler.allowedMethods.join(", ");
    const { headers, ...rest } = notSpoken(request, 405, `the HTTP method here is ${allow}`);
    writeResponse(response, { ...rest, headers: { ...headers, allow } });
  } else if (answer.status === 415 && !answer.body) {
    writeResponse(response, notSpoken(request, 415, "this content type is not spoken here"));
  } else {
    const said = explain ? await explainAnswer(answer, explain) : answer;
    await universalResponseToNodeResponse(said, response);
  }
}

/** Whether a URL can have it: the library makes one of each call. */
const isHost = (authority: string | undefined) => URL.canParse(`http://${authority ?? ""}`);

/** Whether the message in a URL is the base64 that it says to be: the library answers INTERNAL where it is not. */
function isBase64(url: string): boolean {
  const query = new URLSearchParams(url.split("?", 2)[1]);
  if (query.get("base64") !== "1") return true;
  try {
    base64Decode(query.get("message") ?? "");
    return true;
  } catch {
    return false;
  }
}

const badRequest = ({ headers }: Http2ServerRequest, message: string): HttpResponse =>
  errorResponse(headers["content-type"] ?? "", refusal("BAD_REQUEST", message), 400);

const refusal = (reason: PublicReason, message: string) => toConnectError(new DomainError(reason, message));

/**
 * Outside of gRPC with HTTP's own status. Who posts, and names no type of an application, gets words alone: clients of
 * gRPC stumble over an error of Connect there.
 */
function notSpoken({ headers, method }: Http2ServerRequest, status: number, message: string): HttpResponse {
  const type = headers["content-type"] ?? "";
  const error = refusal("HTTP_NOT_SUPPORTED", message);
  if (type.startsWith("application/grpc")) return errorResponse(type, error, status);
  return type.startsWith("application/") || method !== "POST"
    ? jsonResponse(error, status)
    : { status, headers: { "content-type": "text/plain" }, body: message };
}
