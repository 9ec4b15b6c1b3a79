import { createServer, request } from "node:http";
import { createServer as createTlsServer, request as secureRequest } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, isIPv6, type Socket } from "node:net";
import type { Certificate } from "@ticketing/servers/certificates";

interface ProxyOptions {
  /** Where it passes requests on to, on this machine. */
  readonly port: number;
  /** The address that it calls from. */
  readonly from: string;
  /** What it shows to its callers; without one they speak plain http with it. */
  readonly certificate?: Certificate;
  /** Whom it trusts to be the gateway, with which it then speaks TLS. */
  readonly trusted?: string;
  /** What it does with x-forwarded-proto: writes by what its caller came, or passes on what stands there. */
  readonly proto: "writes" | "passes";
}

/** A reverse proxy that adds the address of its caller to x-forwarded-for, as those do that count as trusted. */
export async function startProxy({ port, from, certificate, trusted, proto }: ProxyOptions) {
  const pass = (...[incoming, outgoing]: Parameters<NonNullable<Parameters<typeof createServer>[1]>>) => {
    const before = incoming.headers["x-forwarded-for"];
    const caller = incoming.socket.remoteAddress ?? "";
    const passed = (trusted ? secureRequest : request)(
      {
        port,
        host: "127.0.0.1",
        localAddress: from,
        method: incoming.method,
        path: incoming.url,
        headers: {
          ...incoming.headers,
          "x-forwarded-for": before ? `${before}, ${caller}` : caller,
          ...(proto === "writes" && { "x-forwarded-proto": certificate ? "https" : "http" }),
        },
        agent: false,
        servername: "localhost",
        ca: trusted,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  };
  return listening(certificate ? createTlsServer({ ...certificate }, pass) : createServer(pass));
}

/** What a load balancer writes before the bytes of its client. */
export type ProxyHeader = (client: string) => Buffer;

/** https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt */
export const proxyHeaders = {
  "version 1": (client) =>
    Buffer.from(
      `PROXY ${isIPv6(client) ? "TCP6" : "TCP4"} ${client} ${isIPv6(client) ? "::1" : "127.0.0.1"} 40000 443\r\n`,
    ),
  "version 2": (client) =>
    Buffer.concat([
      Buffer.from("0d0a0d0a000d0a515549540a2111000c", "hex"),
      Buffer.from(client.split(".").map(Number)),
      Buffer.from("7f0000019c4001bb", "hex"),
    ]),
} satisfies Record<string, ProxyHeader>;

/** A TCP load balancer before a port of this machine: it passes bytes on, after what `header` says of its client. */
export async function startBalancer(port: number, from: string, header: ProxyHeader) {
  return listening(
    createTcpServer((client) => {
      const server = connect({ port, host: "127.0.0.1", localAddress: from });
      server.write(header(client.remoteAddress ?? ""));
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const) {
        one.pipe(other);
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      }
    }),
  );
}

async function listening(server: ReturnType<typeof createTcpServer>) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
