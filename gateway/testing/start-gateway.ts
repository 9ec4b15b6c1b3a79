import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { startEnvoy } from "@ticketing/servers/envoy";
import { freePort } from "@ticketing/servers/ports";
import { type ClusterAddresses, clustersYaml } from "../src/envoy-clusters.ts";
import { type MoreOptions, writeGatewayConfig } from "../src/gateway-config.ts";

/** A real gateway of this configuration, on a port of its own; its files are in a folder of their own in `dir`. */
export async function startGateway(dir: string, addresses: ClusterAddresses, more: MoreOptions = {}) {
  const port = await freePort();
  const at = `http://localhost:${port}`;
  const config = await writeGatewayConfig(await mkdtemp(join(dir, "gateway-")), port, at, more);
  const server = await startEnvoy({ dir, config, overrides: clustersYaml(addresses), concurrency: 1 });
  return { server, at, port };
}
