import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A proxy before a TCP server that breaks connections, as a stopped server does, or freezes them, as a lost machine does. */
export interface BreakableProxy {
  /** 127.0.0.1 at this port. */
  readonly port: number;
  /** Connections break, and no new one is accepted. */
  cut(): Promise<void>;
  /** Connections stay, new ones are accepted, and nothing passes through. */
  freeze(): void;
  /** Works again as at the start. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function openBreakableProxy(to: number): Promise<BreakableProxy> {
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
    async restore() {
      frozen = false;
      for (const socket of sockets) socket.resume();
      server ??= await listen(port);
    },
    close: cut,
  };
}
