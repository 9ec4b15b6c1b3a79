import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClusterAddresses, clustersYaml } from "@ticketing/gateway/envoy-clusters";
import { gatewayConfig } from "@ticketing/gateway/gateway-config";
import type { Ingress } from "@ticketing/gateway/ingress";
import { certificateResource } from "@ticketing/gateway/public-certificate";
import { forEachRouted } from "@ticketing/gateway/routed-services";
import { validateEnvoy } from "@ticketing/servers/envoy";
import { repositoryPath } from "./process-table.ts";

/** Any address will do: only the configuration is checked, and nothing is called. */
const somewhere = ["127.0.0.1:1"];
const addresses: Required<ClusterAddresses> = {
  ...forEachRouted(() => somewhere),
  web: somewhere,
};
const overrides = clustersYaml(addresses);

await validateEnvoy({ config: repositoryPath("gateway/envoy.yaml"), overrides });
const folder = await mkdtemp(join(tmpdir(), "ticketing-check-gateway-"));
try {
  const certificate = join(folder, "public-certificate.yaml");
  await writeFile(certificate, certificateResource(folder));
  const ingressVariants: Record<string, Ingress> = {
    "with TLS": { tls: { port: 8443, certificate } },
    "with TLS and the PROXY protocol": { tls: { port: 8443, certificate }, proxyProtocol: true },
    "with TLS at a proxy": { tls: "proxy", trustedProxies: 1 },
  };
  for (const [name, ingress] of Object.entries(ingressVariants)) {
    const config = join(folder, "envoy.yaml");
    const origin = "https://tickets.example.com";
    await writeFile(config, `${await gatewayConfig({ host: "0.0.0.0", port: 8080, origin, ...ingress })}`);
    await validateEnvoy({ config, overrides }).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
  }
  console.log(`envoy accepts gateway/envoy.yaml, as it is and ${Object.keys(ingressVariants).join(", ")}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
