import { connect } from "node:http2";
import type { TransportSecurity } from "../process/transport-security.ts";

const TIMEOUT_MS = 5000;
const MAX_BODY = 64 * 1024;

/**
 * GET over HTTP/2, which `fetch` does not speak and our public ports speak only; `https` by what `security` trusts.
 * Rejects without the whole answer in `timeoutMs`, also while bytes of it still come.
 */
export function h2Get(
  url: string,
  { timeoutMs = TIMEOUT_MS, security }: { timeoutMs?: number; security?: TransportSecurity | undefined } = {},
): Promise<Response> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const session = connect(origin, security && { secureContext: security.trust });
    const stream = session.request({ ":method": "GET", ":path": pathname + search });
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    const fail = (error: Error) => {
      session.destroy();
      reject(error);
    };
    session.once("error", fail);
    stream.once("error", fail);
    const late = () => fail(new Error(`no answer from ${origin} in ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    session.once("close", () => clearTimeout(timer));
    stream.once("response", (headers) => {
      status = headers[":status"] ?? 0;
    });
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY) fail(new Error(`${origin} answered with more than ${MAX_BODY} bytes`));
      else chunks.push(chunk);
    });
    stream.once("end", () => {
      session.close();
      resolve(new Response(Buffer.concat(chunks), { status: status || 502 }));
    });
    stream.end();
  });
}
