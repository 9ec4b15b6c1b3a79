import type { Http2SecureServer, Http2Server, IncomingHttpHeaders } from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { endUnread } from "../end-unread.ts";
import { limitDeadline } from "../longest-deadline.ts";

/** The HTTP/2 servers of a grpc-js server that is bound. It has no public access to them: hence the cast. */
export const http2ServersOf = (server: Server): Iterable<Http2Server | Http2SecureServer> =>
  (server as unknown as { http2Servers: Map<Http2Server | Http2SecureServer, unknown> }).http2Servers.keys();

/** Mends requests before grpc-js reads them, and ends those that it leaves open. The server is bound. */
export function mendRequests(server: Server): void {
  for (const listening of http2ServersOf(server)) {
    listening.prependListener("stream", (_stream, headers) => {
      // grpc-js counts deadlines in 32 bits of milliseconds.
      limitDeadline(headers);
      refuseForeign(headers);
    });
    listening.on("stream", endUnread);
  }
}

/** grpc-js answers 415 to a type of content that is not gRPC, but takes any method of HTTP and any encoding. */
function refuseForeign(headers: IncomingHttpHeaders): void {
  const encoding = /^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(headers["content-type"] ?? "");
  if (headers[":method"] !== "POST" || !encoding) headers["content-type"] = "unsupported";
}
