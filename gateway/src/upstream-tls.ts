import { join } from "node:path";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3";
const TRUST = "authorities";

/**
 * Whom the gateway trusts to vouch for services, as a file of its own: only what Envoy reads by its secret discovery
 * service is read anew when it changes. `tlsDir` has `ca.crt`.
 */
export function trustYaml(tlsDir: string): string {
  const secret = {
    "@type": `${TLS}.Secret`,
    name: TRUST,
    validation_context: {
      trusted_ca: { filename: join(tlsDir, "ca.crt") },
      // Kubernetes swaps a link in this folder, not the file.
      watched_directory: { path: tlsDir },
    },
  };
  // JSON is YAML.
  return JSON.stringify({ resources: [secret] });
}

/** How a cluster's connections are made: by TLS with a service that shows this name. `trustFile` has {@link trustYaml}. */
export const upstreamTls = (name: string, protocol: "h2" | "http/1.1", trustFile: string) => ({
  name: "envoy.transport_sockets.tls",
  typed_config: {
    "@type": `${TLS}.UpstreamTlsContext`,
    sni: name,
    auto_sni_san_validation: true,
    common_tls_context: {
      alpn_protocols: [protocol],
      tls_params: { tls_minimum_protocol_version: "TLSv1_2", tls_maximum_protocol_version: "TLSv1_3" },
      validation_context_sds_secret_config: {
        name: TRUST,
        sds_config: { path_config_source: { path: trustFile }, resource_api_version: "V3" },
      },
    },
  },
});
