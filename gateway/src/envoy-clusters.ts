import { isIP } from "node:net";
import type { RoutedService } from "./routed-services.ts";
import { upstreamTls } from "./upstream-tls.ts";

/** So many calls of a service are under way at a time, in all of its replicas; those beyond are refused at once. */
const MOST_CALLS = 10_000;
/**
 * Of search it is what one replica answers in some seconds. If more waited, all of them would be answered too late: each
 * takes time of the one thread that answers, and waits for nothing else.
 */
const MOST_SEARCHES = 600;

/** host:port */
type Address = string;

/** Where the gateway finds what it routes to; several addresses of one service share its load. */
export interface ClusterAddresses extends Readonly<Record<RoutedService, readonly Address[]>> {
  /** The web app, HTTP/1.1; without it the gateway answers 404 where it would be. */
  readonly web?: readonly Address[];
}

/** The clusters of `gateway/envoy.yaml` with their addresses, as YAML for `--config-yaml`. */
export function clustersYaml(addresses: ClusterAddresses, trustFile?: string): string {
  // JSON is YAML.
  return `static_resources: ${JSON.stringify({ clusters: clusters(addresses, trustFile) })}`;
}

/**
 * The clusters of `gateway/envoy.yaml` with their addresses. With a file of trusted authorities (`trustYaml`) Envoy
 * calls them by TLS, each by its name; without one in plain text.
 */
export function clusters(addresses: ClusterAddresses, trustFile?: string) {
  return Object.entries(addresses).map(([name, endpoints]) => ({
    ...cluster(name, endpoints),
    ...(trustFile && { transport_socket: upstreamTls(name, name === "web" ? "http/1.1" : "h2", trustFile) }),
  }));
}

function cluster(name: string, addresses: readonly Address[]) {
  const endpoints = addresses.map(socketAddress);
  const most = name === "catalog" ? MOST_SEARCHES : MOST_CALLS;
  const protocol =
    name === "web"
      ? { http_protocol_options: {} }
      : {
          http2_protocol_options: {
            initial_stream_window_size: 65_536,
            initial_connection_window_size: 1_048_576,
            // A host that vanished without a word is noticed.
            connection_keepalive: { interval: "20s", timeout: "5s" },
          },
        };
  return {
    name,
    type: endpoints.every(({ address }) => isIP(address)) ? "STATIC" : "STRICT_DNS",
    // Our processes listen on IPv4; by default Envoy takes the IPv6 addresses of a name that has both.
    dns_lookup_family: "V4_PREFERRED",
    connect_timeout: "1s",
    per_connection_buffer_limit_bytes: 32_768,
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: endpoints.map((socket_address) => ({ endpoint: { address: { socket_address } } })) },
      ],
    },
    // Retries are those of the routes, which cannot multiply work. Streams, which stay, have the priority HIGH for one
    // reason: Envoy counts it apart, so that streams take no room of calls. Nor does it bound them: there is room for
    // all that its connections carry, and the service that is asked says who has too many.
    circuit_breakers: {
      thresholds: [
        { priority: "DEFAULT", max_requests: most, max_pending_requests: most, max_retries: 1_000 },
        { priority: "HIGH", max_requests: 1_000_000, max_pending_requests: 1_000_000, max_retries: 1_000 },
      ],
    },
    // By default Envoy passes changes of ejected hosts to its workers at most once a second. A host that is back would
    // still be ejected when the next one goes away, and none would be left.
    common_lb_config: { update_merge_window: "0s" },
    // A replica that accepts no connections is ejected for a moment. Its responses, 503 included, do not eject it.
    outlier_detection: {
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 1,
      consecutive_5xx: 0,
      enforcing_consecutive_5xx: 0,
      enforcing_success_rate: 0,
      enforcing_local_origin_success_rate: 0,
      // Back as soon as it takes connections: one failed attempt, which is repeated elsewhere, is all that a look
      // costs. By default the ejected are let in again only every 10 seconds.
      interval: "0.1s",
      base_ejection_time: "0.2s",
      max_ejection_time: "0.2s",
      max_ejection_percent: 50,
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: protocol,
      },
    },
  };
}

function socketAddress(address: Address) {
  const at = address.lastIndexOf(":");
  return { address: address.slice(0, at), port_value: Number(address.slice(at + 1)) };
}
