import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refusalMappers } from "./refusals.ts";

/** What `gateway/envoy.yaml` says of its address and origin. */
const standard = {
  listener: "address: 0.0.0.0, port_value: 8080",
  origin: '"http://localhost:8080"',
  allowed: 'allow_origin_string_match: [{ exact: "http://localhost:8080" }]',
  own: 'safe_regex: { regex: "http://localhost:8080" }',
  addressRate: "max_tokens: 600, tokens_per_fill: 300,",
  trustedProxies: "xff_num_trusted_hops: 0",
  refusals: "mappers: []",
  reflection: "direct_response: *no_such_path # reflection",
};

const LOOPBACK = ["localhost", "127.0.0.1"];

export interface GatewayOptions {
  /** Address and port to listen on. */
  readonly host: string;
  readonly port: number;
  /** The gateway's origin as browsers see it. */
  readonly origin: string;
  /** Other origins whose pages may call it, with tokens and never with cookies. */
  readonly others?: readonly string[];
  /** How many calls a second one address may make, twice as many at once; 300 by default. */
  readonly addressRate?: number;
  /** How many proxies before the gateway add the address that they see to x-forwarded-for; none by default. */
  readonly trustedProxies?: number;
  /** Whether it shows the public contracts to whoever asks (gRPC server reflection); not by default. */
  readonly reflection?: boolean;
}

/** The options that a gateway may do without. */
export type MoreOptions = Omit<GatewayOptions, "host" | "port" | "origin">;

/** `gateway/envoy.yaml` with these values. It names clusters and no addresses of theirs. */
export async function gatewayConfig(options: GatewayOptions): Promise<string> {
  const {
    host,
    port,
    origin,
    others = [],
    addressRate = 300,
    trustedProxies = 0,
    reflection = false,
  } = options;
  const text = await readFile(join(import.meta.dirname, "../envoy.yaml"), "utf8");
  const missing = Object.values(standard).filter((part) => !text.includes(part));
  if (missing.length > 0) throw new Error(`gateway/envoy.yaml no longer has ${missing.join(" and ")}`);
  const allowed = JSON.stringify([origin, ...others].map((exact) => ({ exact })));
  return text
    .replace(standard.allowed, `allow_origin_string_match: ${allowed}`)
    .replace(standard.own, `safe_regex: { regex: ${JSON.stringify(ownOrigins(origin))} }`)
    .replace(standard.trustedProxies, `xff_num_trusted_hops: ${trustedProxies}`)
    .replace(standard.refusals, `mappers: ${JSON.stringify(refusalMappers)}`)
    .replace(standard.addressRate, `max_tokens: ${2 * addressRate}, tokens_per_fill: ${addressRate},`)
    .replace(
      standard.reflection,
      reflection ? "route: { cluster: catalog, timeout: 10s }" : "direct_response: *no_such_path",
    )
    .replaceAll(standard.listener, `address: ${host}, port_value: ${port}`)
    .replaceAll(standard.origin, JSON.stringify(origin));
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
  await writeFile(path, await gatewayConfig({ ...more, host: "127.0.0.1", port, origin }));
  return path;
}
