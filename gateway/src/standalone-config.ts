import { dirname, join } from "node:path";
import type { config } from "./config.ts";
import { clusters } from "./envoy-clusters.ts";
import { gatewayConfig } from "./gateway-config.ts";
import type { TlsTermination } from "./ingress.ts";
import { addressVariable, forEachRouted } from "./routed-services.ts";

type Settings = ReturnType<typeof config>;

/**
 * The whole configuration of a gateway in one file, for where Envoy is started with a file alone: addresses, admin
 * endpoint on loopback, and a port that tells whether it is ready and alive. With TLS_DIR it refers to
 * {@link trustFileOf}, where it ends TLS to {@link certificateFileOf}.
 */
export async function standaloneConfig(settings: Settings): Promise<string> {
  const whole = await gatewayConfig({
    host: "0.0.0.0",
    port: settings.PORT,
    origin: settings.PUBLIC_URL,
    files: settings.FILES_URL,
    others: settings.ALLOWED_ORIGINS,
    addressRate: settings.ADDRESS_RATE,
    trustedProxies: settings.TRUSTED_PROXIES,
    proxyProtocol: settings.PROXY_PROTOCOL === "on",
    tls: termination(settings),
    reflection: settings.REFLECTION === "on",
  });
  const admin = { socket_address: { address: "127.0.0.1", port_value: settings.ADMIN_PORT } };
  const addresses = {
    ...forEachRouted((service) => settings[addressVariable(service)]),
    web: settings.WEB_ADDRESS,
  };
  const routed = clusters(addresses, settings.TLS_DIR && trustFileOf(settings.ENVOY_CONFIG_FILE));
  const resources = whole.at("static_resources");
  resources.add("clusters", [...routed, adminCluster(admin)]);
  resources.at("listeners").push(readyListener(settings.READY_PORT));
  whole.add("admin", { address: admin });
  return `${whole}`;
}

/** The path of the file with the authorities that the gateway trusts: beside its configuration. */
export const trustFileOf = (configFile: string): string => join(dirname(configFile), "trust.yaml");

/** Where the file is that says which certificate it shows to callers, likewise. */
export const certificateFileOf = (configFile: string): string =>
  join(dirname(configFile), "public-certificate.yaml");

function termination(settings: Settings): TlsTermination | undefined {
  if (settings.TLS_TERMINATION === "none") return undefined;
  if (settings.TLS_TERMINATION === "proxy") return "proxy";
  return { port: settings.TLS_PORT, certificate: certificateFileOf(settings.ENVOY_CONFIG_FILE) };
}

function adminCluster(address: object) {
  const endpoint = { endpoint: { address } };
  return {
    name: "admin",
    type: "STATIC",
    load_assignment: { cluster_name: "admin", endpoints: [{ lb_endpoints: [endpoint] }] },
  };
}

function readyListener(port: number) {
  const extensions = "type.googleapis.com/envoy.extensions.filters";
  const manager = {
    "@type": `${extensions}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "ready",
    route_config: {
      virtual_hosts: [
        {
          name: "ready",
          domains: ["*"],
          routes: [
            // 503 while it drains.
            { match: { path: "/ready" }, route: { cluster: "admin", timeout: "2s" } },
            // A gateway that drains is alive.
            { match: { path: "/live" }, direct_response: { status: 200 } },
          ],
        },
      ],
    },
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": `${extensions}.http.router.v3.Router` },
      },
    ],
  };
  return {
    name: "ready",
    address: { socket_address: { address: "0.0.0.0", port_value: port } },
    // A full gateway is still a living one.
    ignore_global_conn_limit: true,
    filter_chains: [
      { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] },
    ],
  };
}
