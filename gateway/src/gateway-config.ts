import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publicContracts } from "@ticketing/runtime/serving/public-contracts";
import { type Ingress, openIngress } from "./ingress.ts";
import { refusalMappers } from "./refusal-mappers.ts";
import { YamlTree } from "./yaml-tree.ts";

const LOOPBACK = ["localhost", "127.0.0.1"];

export interface GatewayOptions extends Ingress {
  /** Address and port to listen on. */
  readonly host: string;
  readonly port: number;
  /** The gateway's origin as browsers see it. */
  readonly origin: string;
  /** Other origins whose pages may call it, with tokens and never with cookies. */
  readonly others?: readonly string[];
  /** The origin at which browsers upload and fetch files: of another host than the app's. Absent: nowhere. */
  readonly files?: string | undefined;
  /** How many calls a second one address may make, twice as many at once; 300 by default. */
  readonly addressRate?: number;
  /** Whether clients can read the public contracts (gRPC server reflection); not by default. */
  readonly reflection?: boolean;
}

/** The options that a gateway may do without. */
export type MoreOptions = Omit<GatewayOptions, "host" | "port" | "origin">;

const named = (name: string) => ({ name });

/** `gateway/envoy.yaml` with these values. It names clusters and no addresses of theirs. */
export async function gatewayConfig(options: GatewayOptions): Promise<YamlTree> {
  const { host, port, origin, others = [], addressRate = 300 } = options;
  const text = await readFile(join(import.meta.dirname, "../envoy.yaml"), "utf8");
  const config = YamlTree.parse(text, "gateway/envoy.yaml");
  const listener = config.at("static_resources", "listeners", named("public"));
  const http = listener.at("filter_chains", 0, "filters", 0, "typed_config");
  const filter = (name: string) =>
    http.at("http_filters", named(`envoy.filters.http.${name}`), "typed_config");
  const api = http.at("route_config", "virtual_hosts", named("api"));

  listener.set("address", { socket_address: { address: host, port_value: port } });
  http.at("local_reply_config").set("mappers", refusalMappers);
  api.at("typed_per_filter_config", "envoy.filters.http.cors").set(
    "allow_origin_string_match",
    [origin, ...others].map((exact) => ({ exact })),
  );
  filter("rbac")
    .at("rules", "policies", "cross-origin-with-cookies", "permissions", 0, "and_rules", "rules")
    .at({ not_rule: { header: { name: "origin" } } }, "not_rule", "header", "string_match", "safe_regex")
    .set("regex", ownOrigins(origin));
  // Both kinds of addresses have the same bucket.
  const bucket = filter("local_ratelimit").at("descriptors", 0, "token_bucket");
  bucket.set("max_tokens", 2 * addressRate);
  bucket.set("tokens_per_fill", addressRate);
  for (const { typeName, methods } of publicContracts) {
    for (const { name } of methods) {
      const known = { match: { path: `/${typeName}/${name}` }, typed_per_filter_config: {} };
      api.at("routes").copyBefore({ match: { prefix: `/${typeName}/` } }, known);
    }
  }
  if (options.files !== undefined) {
    http.at("route_config", "virtual_hosts", named("files")).set("domains", hostsOf(options.files));
  }
  if (options.reflection) {
    const route = api.at("routes", named("reflection"));
    route.remove("direct_response");
    route.add("route", { cluster: "catalog", timeout: "10s", priority: "HIGH" });
  }
  openIngress(config, options, options);
  return config;
}

/** How requests name the host of an origin: the port that its scheme has anyway may be said or left out. */
function hostsOf(origin: string): string[] {
  const { protocol, host, hostname, port } = new URL(origin);
  return port ? [host] : [host, `${hostname}:${protocol === "https:" ? 443 : 80}`];
}

/**
 * An expression for the origins whose pages may call with cookies: the gateway's own. Of a gateway on loopback http
 * these are `localhost` and `127.0.0.1` on the same port: one server, whose cookies browsers keep apart by name.
 */
function ownOrigins(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  const isLoopback = protocol === "http:" && LOOPBACK.includes(hostname);
  const own = isLoopback ? LOOPBACK.map((name) => new URL(`http://${name}:${port}`).origin) : [origin];
  return own.map((each) => each.replace(/[.[\]]/g, "\\$&")).join("|");
}

/**
 * Writes the gateway's configuration for this machine: on loopback, on the port and with the origin of this mesh.
 * Returns its path. Clusters and admin endpoint come with `--config-yaml`.
 */
export async function writeGatewayConfig(
  dataDir: string,
  port: number,
  origin: string,
  more: MoreOptions = {},
): Promise<string> {
  const path = join(dataDir, "envoy.yaml");
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${await gatewayConfig({ ...more, host: "127.0.0.1", port, origin })}`);
  return path;
}
