import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { startEnvoy } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { config } from "../src/config.ts";
import { DRAIN_SECONDS } from "../src/drain.ts";
import { addressVariable, routedServices } from "../src/routed-services.ts";
import { writeConfiguration } from "../src/write-configuration.ts";

/**
 * A gateway with the configuration of a pod, on ports of its own. Every service is at `upstream` (host:port). PUBLIC_URL
 * is http at its port, unless `given` says otherwise, where `TLS_PORT` stands for the number of that port.
 */
export async function startPod(dir: string, upstream: string, given: Readonly<Record<string, string>> = {}) {
  const [port, tls, ready, admin] = await Promise.all([0, 0, 0, 0].map(freePort));
  const path = join(await mkdtemp(join(dir, "pod-")), "envoy.yaml");
  const settings = config({
    // A whole load comes from one address here.
    ADDRESS_RATE: "1000000",
    ...Object.fromEntries(routedServices.map((service) => [addressVariable(service), upstream])),
    WEB_ADDRESS: upstream,
    ...given,
    ENVOY_CONFIG_FILE: path,
    PUBLIC_URL: given.PUBLIC_URL?.replace("TLS_PORT", `${tls}`) ?? `http://localhost:${port}`,
    PORT: `${port}`,
    TLS_PORT: `${tls}`,
    READY_PORT: `${ready}`,
    ADMIN_PORT: `${admin}`,
  });
  await writeConfiguration(settings);
  const server = await startEnvoy({
    dir,
    config: path,
    adminPort: settings.ADMIN_PORT,
    concurrency: 1,
    drainSeconds: DRAIN_SECONDS,
  });
  return {
    server,
    origin: settings.PUBLIC_URL,
    port: settings.PORT,
    tlsPort: settings.TLS_PORT,
    adminPort: settings.ADMIN_PORT,
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
