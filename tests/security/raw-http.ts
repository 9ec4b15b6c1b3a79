import { connect, type Socket } from "node:net";

const address = (origin: string) => ({ host: "127.0.0.1", port: Number(new URL(origin).port) });

/** Sends these bytes and reads until the other side closes or has been silent for a second. */
export function rawHttp(origin: string, bytes: string): Promise<{ statuses: number[]; text: string }> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(address(origin), () => socket.write(bytes, "latin1"));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("close", () => {
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]));
      resolve({ statuses, text });
    });
  });
}

/** Sends the beginning, then a byte a second; returns how long the server waited and what it answered. */
export function slowHttp(
  origin: string,
  from: string,
  beginning: string,
): Promise<{ ms: number; status: number }> {
  return new Promise((resolve) => {
    const begun = Date.now();
    let text = "";
    let drip: NodeJS.Timeout | undefined;
    const socket: Socket = connect({ ...address(origin), localAddress: from }, () => {
      socket.write(beginning);
      drip = setInterval(() => socket.write("a"), 1_000);
    });
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("close", () => {
      clearInterval(drip);
      resolve({ ms: Date.now() - begun, status: Number(/HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0) });
    });
  });
}
