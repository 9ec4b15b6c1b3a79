import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import type { Certificate } from "@ticketing/servers/certificates";

/** Gives TLS to a server on this machine that does not speak it: ends it and passes everything on. */
export async function startTlsProxy(
  certificate: Certificate,
  to: { port: number; protocol?: string },
  port = 0,
) {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const ALPNProtocols = to.protocol ? [to.protocol] : undefined;
  const server = createServer({ ...certificate, ALPNProtocols }, (secured) => {
    const plain = connect(to.port, "127.0.0.1");
    keep(plain);
    for (const [from, into] of [
      [secured, plain],
      [plain, secured],
    ] as const) {
      from.pipe(into);
      from.on("error", () => into.destroy());
      from.on("close", () => into.destroy());
    }
  });
  // A client amid its handshake is open too: the server would wait for it before it closes.
  server.on("connection", keep);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    /** Shows another certificate from now on, and ends what is open. */
    show(next: Certificate) {
      server.setSecureContext(next);
      cut();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}
