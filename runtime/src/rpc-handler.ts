import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ConnectRouterOptions,
  createConnectRouter,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { errorAnswer, jsonAnswer } from "./error-answer.ts";
import type { Logger } from "./log.ts";
import { writeAnswer } from "./write-answer.ts";

interface RpcOptions extends ConnectRouterOptions {
  routes: (router: ConnectRouter) => void;
  log: Logger;
  otherwise: Listener;
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
    serve(handler, request, response).catch((error: unknown) => {
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
): Promise<void> {
  if (!isHost(request.authority)) {
    writeAnswer(response, refusal(request, 400, Code.InvalidArgument, "there is no such host"));
    return;
  }
  const answer = await handler(universalRequestFromNodeRequest(request, response, undefined, undefined));
  if (answer.status === 405) {
    const allow = handler.allowedMethods.join(", ");
    const { headers, ...rest } = refusal(
      request,
      405,
      Code.Unimplemented,
      `the HTTP method here is ${allow}`,
    );
    writeAnswer(response, { ...rest, headers: { ...headers, allow } });
  } else if (answer.status === 415 && !answer.body) {
    writeAnswer(response, refusal(request, 415, Code.Unimplemented, "this content type is not spoken here"));
  } else {
    await universalResponseToNodeResponse(answer, response);
  }
}

/** Whether a URL can have it: the library makes one of each call. */
const isHost = (authority: string | undefined) => URL.canParse(`http://${authority ?? ""}`);

/** A call that no protocol takes has HTTP's own status, except in gRPC. */
function refusal({ headers }: Http2ServerRequest, status: number, code: Code, message: string) {
  const type = headers["content-type"] ?? "";
  const error = new ConnectError(message, code);
  return type.startsWith("application/grpc") ? errorAnswer(type, error, status) : jsonAnswer(error, status);
}
