import { type ConnectionOptions, connect } from "node:tls";

/** What a handshake with a port of this machine comes to: version, protocol and certificate, or what was wrong. */
export interface Handshake {
  readonly version?: string | null;
  readonly protocol?: string | false | null;
  readonly serial?: string;
  readonly error?: string;
}

export function handshake(port: number, ca: string, options: ConnectionOptions = {}): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca, ...options }, () => {
      const { serialNumber: serial } = socket.getPeerCertificate();
      resolve({ version: socket.getProtocol(), protocol: socket.alpnProtocol, serial });
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
  });
}
