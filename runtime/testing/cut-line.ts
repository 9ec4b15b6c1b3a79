import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to a TCP server that can be cut, as by a server that stops, or frozen, as by one whose machine is gone. */
export interface CutLine {
  /** 127.0.0.1 at this port. */
  readonly port: number;
  /** Connections break, and no new one is taken. */
  cut(): Promise<void>;
  /** Connections stay, new ones are taken, and nothing comes through. */
  freeze(): void;
  /** All is as before. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function openCutLine(to: number): Promise<CutLine> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    if (frozen) socket.pause();
  };
  const take = (socket: Socket) => {
    const beyond = connect(to, "127.0.0.1");
    socket.pipe(beyond);
    beyond.pipe(socket);
    for (const [end, other] of [
      [socket, beyond],
      [beyond, socket],
    ] as const) {
      keep(end);
      end.once("close", () => other.destroy());
    }
  };
  const listen = async (at: number): Promise<Server> => {
    const listening = createServer(take).listen(at, "127.0.0.1");
    await once(listening, "listening");
    return listening;
  };
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = server && once(server.close(), "close");
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  };
  return {
    port,
    cut,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    async mend() {
      frozen = false;
      for (const socket of sockets) socket.resume();
      server ??= await listen(port);
    },
    close: cut,
  };
}
