import { connect, createServer, type Socket } from "node:net";
import type { GatewayPod } from "./start-pod.ts";

/** How often it asks each gateway whether it is ready. */
const EVERY_MS = 100;

/**
 * Stands in for a Service or a load balancer of TCP: each new connection goes to the next gateway that was ready when it
 * was last asked, and stays there. It never tries another one.
 */
export async function startLoadBalancer(pods: ReadonlySet<GatewayPod>) {
  let ready: GatewayPod[] = [...pods];
  let next = 0;
  const ask = async () => {
    const asked = [...pods];
    const answers = await Promise.all(asked.map((pod) => pod.probe("ready")));
    // One that did not answer in time is what it was.
    ready = asked.filter((pod, at) => answers[at] === 200 || (answers[at] === 0 && ready.includes(pod)));
  };
  const timer = setInterval(() => void ask(), EVERY_MS);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const pod = ready[next++ % ready.length];
    if (!pod) return client.destroy();
    const behind = connect(pod.port, "127.0.0.1");
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    address: `127.0.0.1:${bound.port}`,
    /** Resolves once it has asked the gateways that there are now. */
    ask,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
