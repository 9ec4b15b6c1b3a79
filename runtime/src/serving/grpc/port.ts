import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import { type Server, ServerCredentials, status as Status } from "@grpc/grpc-js";
import type { Logger } from "../../process/log.ts";
import type { TransportSecurity } from "../../process/transport-security.ts";
import { endUnreadRequest } from "../end-unread-request.ts";
import { explainStatus } from "../explain-answer.ts";
import { limitDeadline } from "../longest-deadline.ts";
import type { Explain } from "../missing-reasons.ts";

/** Handles a request of Node's HTTP/2 server: the arguments of its event `stream`. */
export type StreamListener = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[],
) => void;

export interface GrpcPort {
  port: number;
  /** Takes no new calls, lets the running ones end for at most `ms`, then closes. */
  drain(ms: number): Promise<void>;
}

export interface GrpcPortOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  log: Logger;
  /** By TLS alone; absent: in plain text. */
  security?: TransportSecurity | undefined;
  /** Takes what is no gRPC, or none that grpc-js speaks. By default it is refused. */
  otherwise?: StreamListener;
  /** The paths that grpc-js serves; absent: all. */
  paths?: ReadonlySet<string>;
  /** Of every error that is answered in gRPC; absent: it goes as the libraries make it. */
  explain?: Explain;
}

/** The encodings of messages that grpc-js opens. */
const ENCODINGS = ["identity", "deflate", "gzip"];

/** Opens the port of a grpc-js server, and mends what it makes of requests. */
export async function openGrpcPort(server: Server, options: GrpcPortOptions): Promise<GrpcPort> {
  const { host, log, security } = options;
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${options.port}`, serverCredentials(security), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const servers = [...http2ServersOf(server)];
  const sessions = new Set<ServerHttp2Session>();
  for (const listening of servers) {
    if ("setSecureContext" in listening) security?.keepRenewed(listening);
    listening.on("error", (error) => log.error({ err: error, port }, "a port failed"));
    listening.on("sessionError", () => undefined);
    listening.on("session", (session) => {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
      // A peer that breaks the protocol loses its session; the process goes on.
      session.on("error", () => session.destroy());
    });
    tellApart(listening, options);
  }
  return {
    port,
    async drain(ms) {
      const closed = servers.map((each) => new Promise<void>((resolve) => each.close(() => resolve())));
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, ms);
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}

function serverCredentials(security: TransportSecurity | undefined): ServerCredentials {
  if (!security) return ServerCredentials.createInsecure();
  const { cert, key } = security.serverOptions();
  return ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(String(key)), cert_chain: Buffer.from(String(cert)) },
  ]);
}

/** The HTTP/2 servers of a grpc-js server that is bound. It has no public access to them: hence the cast. */
const http2ServersOf = (server: Server): Iterable<Http2Server | Http2SecureServer> =>
  (server as unknown as { http2Servers: Map<Http2Server | Http2SecureServer, unknown> }).http2Servers.keys();

/** Gives grpc-js, which takes whatever comes to its server, the calls that it understands. */
function tellApart(
  listening: Http2Server | Http2SecureServer,
  { otherwise = refuse, paths, explain }: GrpcPortOptions,
): void {
  const grpc = listening.listeners("stream") as StreamListener[];
  listening.removeAllListeners("stream");
  const take: StreamListener = (stream, headers, flags, rawHeaders) => {
    endUnreadRequest(stream);
    if (explain) explainStatus(stream, explain);
    // grpc-js counts deadlines in 32 bits of milliseconds.
    limitDeadline(headers);
    const { ":path": path = "", "grpc-encoding": encoding = "identity" } = headers;
    if (!isGrpc(headers) || !ENCODINGS.includes(String(encoding)) || paths?.has(path) === false) {
      otherwise(stream, headers, flags, rawHeaders);
      return;
    }
    // It takes a message that says to be compressed, where the call names no encoding, as it is. It refuses what it
    // cannot open.
    if (encoding === "identity") headers["grpc-encoding"] = "deflate";
    for (const listener of grpc) listener(stream, headers, flags, rawHeaders);
  };
  listening.on("stream", take);
}

const isGrpc = (headers: IncomingHttpHeaders): boolean =>
  headers[":method"] === "POST" &&
  /^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(headers["content-type"] ?? "");

const refuse: StreamListener = (stream, headers) => {
  stream.on("error", () => undefined);
  const status = { "grpc-status": Status.UNIMPLEMENTED, "grpc-message": "this encoding is not known here" };
  const accept = { "content-type": "application/grpc", "grpc-accept-encoding": ENCODINGS.join(",") };
  stream.respond(isGrpc(headers) ? { ...status, ...accept } : { ":status": 415 }, { endStream: true });
};
