/** host:port */
type Address = string;

/** Where the gateway finds what it routes to; several addresses of one service share its load. */
export interface ClusterAddresses {
  readonly auth: readonly Address[];
  readonly tickets: readonly Address[];
  readonly orders: readonly Address[];
  readonly payments: readonly Address[];
  readonly catalog: readonly Address[];
}

/** The clusters of `gateway/envoy.yaml` with their addresses on this machine, as YAML for `--config-yaml`. */
export function clustersYaml(addresses: ClusterAddresses): string {
  const clusters = Object.entries(addresses).map(([name, endpoints]) => ({
    name,
    type: "STATIC",
    connect_timeout: "1s",
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: endpoints.map(endpoint) }],
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  }));
  // JSON is YAML.
  return `static_resources: ${JSON.stringify({ clusters })}`;
}

function endpoint(address: Address) {
  const at = address.lastIndexOf(":");
  const socket_address = { address: address.slice(0, at), port_value: Number(address.slice(at + 1)) };
  return { endpoint: { address: { socket_address } } };
}
