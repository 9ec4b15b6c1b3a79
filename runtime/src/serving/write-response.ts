import type { Http2ServerResponse } from "node:http2";

/** A whole HTTP answer; JSON where the headers say nothing else. */
export interface HttpResponse {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

/** Writes it, unless the client has left. */
export function writeResponse(response: Http2ServerResponse, { status, headers, body }: HttpResponse): void {
  if (response.stream.destroyed) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries({ "content-type": "application/json", ...headers }))
    response.setHeader(name, value);
  // Without a body the headers end the stream: only then do clients of gRPC look for its status among them.
  if (body?.length) response.end(body);
  else response.end();
}
