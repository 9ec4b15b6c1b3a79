/** Envoy's matcher of a request's header. */
type HeaderMatcher = Readonly<Record<string, unknown>>;

const READING: HeaderMatcher = { name: ":method", string_match: { safe_regex: { regex: "GET|HEAD" } } };

/** What came to a trusted proxy before this gateway by plain http. */
export const FORWARDED_PLAIN: HeaderMatcher = { name: "x-forwarded-proto", string_match: { exact: "http" } };

/**
 * Routes for plain http where https is in use. A browser that requests a page is redirected to the public origin. A call
 * is refused instead: anybody on the network may have read its credentials, and a client whose first call fails gets
 * fixed, where a redirected one would go on sending them.
 */
export function plainHttpRoutes(origin: string, cameBy: readonly HeaderMatcher[] = []) {
  const { hostname, port } = new URL(origin);
  const plain = { typed_per_filter_config: plainFilters };
  // What it says is httpsRequired, in the protocol of the call.
  const refusal = { direct_response: { status: 403 } };
  const redirect = {
    redirect: {
      https_redirect: true,
      host_redirect: hostname,
      // A port that is not named is https' own, whatever the request named.
      ...(port && { port_redirect: Number(port) }),
      response_code: "PERMANENT_REDIRECT",
    },
  };
  return [
    { match: { prefix: "/ticketing.", headers: cameBy }, ...refusal, ...plain },
    { match: { prefix: "/", headers: [...cameBy, READING] }, ...redirect, ...plain },
    { match: { prefix: "/", headers: cameBy }, ...refusal, ...plain },
  ];
}

const filters = "type.googleapis.com/envoy.extensions.filters.http";

const plainFilters = {
  // An answer that needs nothing of the body does not wait for its end.
  "envoy.filters.http.buffer": { "@type": `${filters}.buffer.v3.BufferPerRoute`, disabled: true },
  // Clients ignore the header unless they used https (RFC 6797, 7.2).
  "envoy.filters.http.header_mutation": {
    "@type": `${filters}.header_mutation.v3.HeaderMutationPerRoute`,
    mutations: { response_mutations: [{ remove: "strict-transport-security" }] },
  },
};
