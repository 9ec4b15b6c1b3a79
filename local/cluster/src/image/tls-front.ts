import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";
import type { Certificate } from "@ticketing/servers/certificates";

/** A port of this machine that speaks TLS. */
export interface TlsFront {
  readonly port: number;
  stop(): void;
}

/** Speaks TLS for a server of this machine that cannot, as a cluster's does itself. */
export async function startTlsFront(port: number, { cert, key }: Certificate): Promise<TlsFront> {
  const server = createServer({ cert, key, ALPNProtocols: ["h2"] }, (secure) => {
    const plain = connect(port, "127.0.0.1");
    plain.pipe(secure).pipe(plain);
    for (const [one, other] of [
      [plain, secure],
      [secure, plain],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    connections.add(secure);
    secure.on("close", () => connections.delete(secure));
  });
  const connections = new Set<{ destroy(): void }>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const connection of connections) connection.destroy();
    },
  };
}
