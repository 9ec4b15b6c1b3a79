import { FORWARDED_PLAIN, plainHttpRoutes } from "./plain-http.ts";
import { tlsSocket } from "./public-certificate.ts";
import { plainHttpMappers } from "./refusal-mappers.ts";
import type { YamlTree } from "./yaml-tree.ts";

/** How callers reach the gateway. */
export interface Ingress {
  /** Where TLS ends; absent: callers use plain http. */
  readonly tls?: TlsTermination;
  /** How many proxies before the gateway add the address that they see to x-forwarded-for; none by default. */
  readonly trustedProxies?: number;
  /** Whether each connection begins with the PROXY protocol, version 1 or 2, of a load balancer; not by default. */
  readonly proxyProtocol?: boolean;
}

/**
 * A proxy before the gateway, one of the trusted ones, that speaks HTTP with it; or the gateway itself, on a port of its
 * own, with the certificate that the resource file at this path names ({@link certificateResource}).
 */
export type TlsTermination = "proxy" | { readonly port: number; readonly certificate: string };

/** A year, for the host of the origin alone: what else its domain has is not ours to promise. No preloading, likewise. */
const HSTS = "max-age=31536000";

/** Edits the listener `public` of a configuration, which speaks plain http without proxies, to what `ingress` says. */
export function openIngress(
  config: YamlTree,
  { origin, files = origin }: { origin: string; files?: string | undefined },
  ingress: Ingress,
): void {
  const { tls, trustedProxies = 0, proxyProtocol = false } = ingress;
  const listener = config.at("static_resources", "listeners", { name: "public" });
  const http = listener.at("filter_chains", 0, "filters", 0, "typed_config");
  http.set("xff_num_trusted_hops", trustedProxies);
  if (proxyProtocol) listener.add("listener_filters", [PROXY_PROTOCOL]);
  if (tls === undefined) return;
  http.at("local_reply_config", "mappers").prepend(plainHttpMappers(origin));
  if (tls === "proxy") {
    // One that says nothing of it has ended TLS: sent on to https, its callers would come back for ever.
    http.add("early_header_mutation_extensions", [cameBy("https", "ADD_IF_ABSENT")]);
  } else {
    addRedirect(config, origin);
    serveTls(listener, tls);
  }
  promiseHttps(http);
  // Without trusted proxies Envoy itself says what a request came by.
  if (trustedProxies > 0) {
    for (const [name, at] of Object.entries({ api: origin, files })) {
      const routes = http.at("route_config", "virtual_hosts", { name }, "routes");
      routes.prepend(plainHttpRoutes(at, [FORWARDED_PLAIN]));
    }
  }
}

const listenerFilters = "type.googleapis.com/envoy.extensions.filters.listener";

/** A connection that does not begin with it is closed. */
const PROXY_PROTOCOL = {
  name: "envoy.filters.listener.proxy_protocol",
  typed_config: { "@type": `${listenerFilters}.proxy_protocol.v3.ProxyProtocol` },
};

/** Before anybody reads it, says in x-forwarded-proto by what a request came to the outermost of trusted proxies. */
const cameBy = (scheme: "http" | "https", action: "ADD_IF_ABSENT" | "OVERWRITE_IF_EXISTS_OR_ADD") => ({
  name: "envoy.http.early_header_mutation.header_mutation",
  typed_config: {
    "@type":
      "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
    mutations: [{ append: { append_action: action, header: { key: "x-forwarded-proto", value: scheme } } }],
  },
});

/** What the plain port was becomes a listener of its own, which answers nothing but where https is. */
function addRedirect(config: YamlTree, origin: string): void {
  const redirect = config.at("static_resources", "listeners").pushCopy({ name: "public" });
  redirect.set("name", "redirect");
  const http = redirect.at("filter_chains", 0, "filters", 0, "typed_config");
  http.set("stat_prefix", "redirect");
  http.add("early_header_mutation_extensions", [cameBy("http", "OVERWRITE_IF_EXISTS_OR_ADD")]);
  http.set("route_config", {
    name: "redirect",
    virtual_hosts: [{ name: "redirect", domains: ["*"], routes: plainHttpRoutes(origin) }],
  });
}

function serveTls(listener: YamlTree, { port, certificate }: Exclude<TlsTermination, "proxy">): void {
  listener.at("address", "socket_address").set("port_value", port);
  const chain = listener.at("filter_chains", 0);
  chain.add("transport_socket", tlsSocket(certificate));
  chain.add("transport_socket_connect_timeout", "10s");
}

function promiseHttps(http: YamlTree): void {
  http
    .at("http_filters", { name: "envoy.filters.http.header_mutation" }, "typed_config", "mutations")
    .at("response_mutations")
    .push({
      append: {
        append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
        header: { key: "strict-transport-security", value: HSTS },
      },
    });
}
