import {
  type ClientHttp2Session,
  type ClientSessionOptions,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";

/** What came back for one request, whatever the protocol. */
export interface Reply {
  /** 0: the stream was reset without an answer. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /**
   * `ok`, or the error's code as Connect spells it; `none` when the answer is no RPC's, `silent` for a live view that
   * was neither refused nor has anything to show.
   */
  code: string;
  /** The ErrorInfo's reason, where the protocol's errors can be read without a library. */
  reason?: string;
  message?: string;
}

/** Bytes on the wire, exactly as given: what no well-behaved client would send. */
export interface RawClient {
  post(path: string, headers: OutgoingHttpHeaders, body?: string | Uint8Array): Promise<Reply>;
  close(): void;
}

/**
 * An HTTP/2 connection to an origin, from this address of the loopback network, opened again when it was lost. A live
 * view that shows nothing for `silenceMs` is taken for one that has nothing to show.
 */
export function openRawClient(origin: string, from = "127.0.0.1", silenceMs = PATIENCE_MS): RawClient {
  let session: ClientHttp2Session | undefined;
  const opened: ClientHttp2Session[] = [];
  const current = () => {
    if (session && !session.closed && !session.destroyed) return session;
    // Options of `net.connect` are passed on; their types are not. What a refused request could not send counts in
    // Node's memory of the connection, which stops at 10 MB.
    session = connect(origin.replace("localhost", "127.0.0.1"), {
      localAddress: from,
      maxSessionMemory: 1_000,
    } as ClientSessionOptions);
    session.on("error", () => undefined);
    opened.push(session);
    return session;
  };
  return {
    post: (path, headers, body = "") =>
      new Promise((resolve) => {
        const stream = current().request({ ":method": "POST", ":path": path, ...headers });
        const reply: Reply = { status: 0, headers: {}, body: Buffer.alloc(0), code: "none" };
        let trailers: Reply["headers"] = {};
        let silent = false;
        const timer = setTimeout(
          () => {
            silent = isLive(path) && reply.status === 0;
            // Closed, it would first wait until its body has left.
            stream.destroy();
          },
          isLive(path) ? silenceMs : PATIENCE_MS,
        );
        stream.on("error", () => undefined);
        stream.on("response", (received) => {
          reply.status = received[":status"] ?? 0;
          reply.headers = received;
        });
        stream.on("trailers", (received) => {
          trailers = received;
        });
        stream.on("data", (chunk: Buffer) => {
          reply.body = Buffer.concat([reply.body, chunk]);
          // A live view never ends by itself: its first message is the answer.
          if (isLive(path) && firstFrame(reply.body)) stream.close();
        });
        stream.on("close", () => {
          clearTimeout(timer);
          resolve({ ...reply, ...(silent ? { code: "silent" } : verdict(reply, trailers)) });
        });
        stream.end(body);
      }),
    close() {
      for (const each of opened) each.destroy();
    },
  };
}

/** One message in its frame, for gRPC, gRPC-Web and Connect streams. */
export function framed(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** How long an answer is waited for. */
const PATIENCE_MS = 60_000;

const isLive = (path: string) => /\/Watch\w+$/.test(path);

function firstFrame(body: Buffer): { flags: number; data: Buffer } | undefined {
  if (body.length < 5) return undefined;
  const length = body.readUInt32BE(1);
  return body.length < 5 + length ? undefined : { flags: body[0] ?? 0, data: body.subarray(5, 5 + length) };
}

type Refusal = Pick<Reply, "code" | "reason" | "message">;

function verdict(reply: Reply, trailers: Reply["headers"]): Refusal {
  const type = `${reply.headers["content-type"] ?? ""}`;
  if (type.startsWith("application/grpc")) {
    const text = type.includes("web") ? reply.body.toString("latin1") : "";
    const field = (name: string) =>
      new RegExp(`${name}: ?([^\\r\\n]*)`).exec(text)?.[1] ?? trailers[name] ?? reply.headers[name];
    const status = Number(field("grpc-status") ?? 0);
    return {
      code: status === 0 ? "ok" : codeToString(status as Code),
      message: decodeURIComponent(`${field("grpc-message") ?? ""}`),
    };
  }
  if (type.startsWith("application/connect+")) {
    const frame = firstFrame(reply.body);
    if (!frame) return { code: "none" };
    return frame.flags & 2 ? readError(JSON.parse(frame.data.toString()).error) : { code: "ok" };
  }
  if (reply.status === 200) return { code: "ok" };
  if (type === "application/json" && reply.body.length > 0)
    return readError(JSON.parse(reply.body.toString()));
  // What has no words has its status, from which clients take the code.
  return { code: byStatus[reply.status] ?? "none" };
}

const byStatus: Record<number, string> = {
  400: codeToString(Code.InvalidArgument),
  403: codeToString(Code.PermissionDenied),
  404: codeToString(Code.Unimplemented),
  405: codeToString(Code.Unimplemented),
  413: codeToString(Code.ResourceExhausted),
  415: codeToString(Code.InvalidArgument),
  429: codeToString(Code.ResourceExhausted),
};

interface ConnectErrorBody {
  code?: string;
  message?: string;
  details?: { type: string; value: string }[];
}

function readError(error: ConnectErrorBody | undefined): Refusal {
  const info = error?.details?.find(({ type }) => type === "google.rpc.ErrorInfo");
  const reason = info && fromBinary(ErrorInfoSchema, Buffer.from(info.value, "base64")).reason;
  return { code: error?.code ?? "ok", reason, message: error?.message };
}
