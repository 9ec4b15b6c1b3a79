import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEnvoy } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { config } from "../src/config.ts";
import { DRAIN_SECONDS } from "../src/drain.ts";
import { standaloneConfig } from "../src/standalone-config.ts";

/** A gateway with the configuration of a pod, on ports of its own. Every service is at `upstream` (host:port). */
export async function startPod(dir: string, upstream: string) {
  const port = await freePort();
  const [ready, admin] = [await freePort(), await freePort()];
  const path = join(await mkdtemp(join(dir, "pod-")), "envoy.yaml");
  const settings = config({
    ENVOY_CONFIG_FILE: path,
    PUBLIC_URL: `http://localhost:${port}`,
    PORT: `${port}`,
    READY_PORT: `${ready}`,
    ADMIN_PORT: `${admin}`,
    // A whole load comes from one address here.
    ADDRESS_RATE: "1000000",
    AUTH_ADDRESS: upstream,
    TICKETS_ADDRESS: upstream,
    ORDERS_ADDRESS: upstream,
    PAYMENTS_ADDRESS: upstream,
    CATALOG_ADDRESS: upstream,
    WEB_ADDRESS: upstream,
  });
  await writeFile(path, await standaloneConfig(settings));
  const server = await startEnvoy({
    dir,
    config: path,
    adminPort: admin,
    concurrency: 1,
    drainSeconds: DRAIN_SECONDS,
  });
  return {
    server,
    port,
    adminPort: admin,
    adminUrl: server.adminUrl,
    /** The status with which its watchers are answered; 0 if they are not. */
    probe: (name: "ready" | "live"): Promise<number> =>
      fetch(`http://127.0.0.1:${ready}/${name}`, { signal: AbortSignal.timeout(1_000) }).then(
        ({ status }) => status,
        () => 0,
      ),
  };
}

export type GatewayPod = Awaited<ReturnType<typeof startPod>>;
