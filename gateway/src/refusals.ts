/** What a status of Envoy's own means, as Connect names it; `grpc` is its number. */
const meanings = {
  invalid_argument: { grpc: 3, statuses: [400] },
  deadline_exceeded: { grpc: 4, statuses: [408, 504] },
  not_found: { grpc: 5, statuses: [404] },
  permission_denied: { grpc: 7, statuses: [403] },
  resource_exhausted: { grpc: 8, statuses: [413, 414, 429, 431] },
  // Another protocol, version, method or encoding would do: 426 asks HTTP/1.0 for a newer one.
  unimplemented: { grpc: 12, statuses: [405, 415, 426, 501, 505] },
  internal: { grpc: 13, statuses: [500] },
  unavailable: { grpc: 14, statuses: [502, 503] },
};

const BODY = "%LOCAL_REPLY_BODY%";

/** In gRPC a path that is not there is a method that is not implemented (grpc/doc/http-grpc-status-mapping.md). */
const grpcStatus = (status: number, grpc: number) => (status === 404 ? meanings.unimplemented.grpc : grpc);

const isStatus = (status: number) => ({
  status_code_filter: { comparison: { op: "EQ", value: { default_value: status, runtime_key: "none" } } },
});
const isType = (prefix: string) => ({
  header_filter: { header: { name: "content-type", string_match: { prefix } } },
});
const both = (...filters: object[]) => ({ and_filter: { filters } });
const header = (key: string, value: string) => ({
  append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
  header: { key, value },
});

/**
 * Envoy's `local_reply_config.mappers`: each status that Envoy answers itself, in the client's protocol. gRPC has its
 * own status instead of HTTP's, gRPC-Web beside it, Connect in a JSON body. The first match counts.
 */
export const refusalMappers = Object.entries(meanings).flatMap(([code, { grpc, statuses }]) =>
  statuses.flatMap((status) => [
    {
      filter: both(isStatus(status), isType("application/grpc")),
      headers_to_add: [header("grpc-status", String(grpcStatus(status, grpc)))],
      body_format_override: { text_format_source: { inline_string: BODY } },
    },
    { filter: isStatus(status), body_format_override: { json_format: { code, message: BODY } } },
  ]),
);
