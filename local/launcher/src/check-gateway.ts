import { type ClusterAddresses, clustersYaml } from "@ticketing/gateway/envoy-clusters";
import { validateEnvoy } from "@ticketing/servers/envoy";
import { repositoryPath } from "./process-table.ts";

/** Any address will do: what is checked is the configuration, not who answers. */
const somewhere = ["127.0.0.1:1"];
const addresses: Required<ClusterAddresses> = {
  auth: somewhere,
  tickets: somewhere,
  orders: somewhere,
  payments: somewhere,
  catalog: somewhere,
  web: somewhere,
};

const config = repositoryPath("gateway/envoy.yaml");
await validateEnvoy({ config, overrides: clustersYaml(addresses) });
console.log("envoy accepts gateway/envoy.yaml");
