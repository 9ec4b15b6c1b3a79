import type { startProxy } from "./proxies.ts";

type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** Proxies before a gateway that a test opens, and that are closed together after it. */
export function openProxies() {
  const proxies: Proxy[] = [];
  return {
    /** Gives the port that clients call. */
    async opened(proxy: Promise<Proxy>): Promise<number> {
      proxies.push(await proxy);
      return (await proxy).port;
    },
    closeAll() {
      for (const proxy of proxies.splice(0)) proxy.close();
    },
  };
}
