import type { ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import { type ErrorResponse, jsonResponse, protocols } from "@ticketing/runtime/serving/error-response";
import { httpsRequired, noPage, type Refusal, refusals } from "./refusals.ts";

type Filter = Readonly<Record<string, object>>;

const isStatus = (status: number): Filter => ({
  status_code_filter: { comparison: { op: "EQ", value: { default_value: status, runtime_key: "none" } } },
});
const isHeader = (name: string, regex: string): Filter => ({
  header_filter: { header: { name, string_match: { safe_regex: { regex } } } },
});
const all = (...filters: Filter[]): Filter => ({ and_filter: { filters } });
const any = (...filters: Filter[]): Filter => ({ or_filter: { filters } });

const isJson = isHeader("content-type", "application/json(;.*)?");
/** The Connect protocol's unary calls, by POST and GET. Its clients name its version: others send JSON, too. */
const isConnect = any(
  isHeader("content-type", "application/proto(;.*)?"),
  all(isJson, isHeader("connect-protocol-version", ".*")),
  isHeader(":path", ".*[?&]connect=v1(&.*)?"),
);

/** Envoy's ResponseMapper: whatever the filter matches becomes this answer. */
function mapper(filter: Filter, { status, headers, body }: ErrorResponse) {
  const { "content-type": contentType = "", ...others } = headers;
  return {
    filter,
    status_code: status,
    body: { inline_bytes: Buffer.from(body).toString("base64") },
    body_format_override: {
      text_format_source: { inline_string: "%LOCAL_REPLY_BODY%" },
      content_type: contentType,
    },
    // In Envoy's values a percent sign begins a command.
    headers_to_add: Object.entries(others).map(([key, value]) => ({
      append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
      header: { key, value: value.replaceAll("%", "%%") },
    })),
  };
}

/** An unknown path is 404 in every protocol of RPCs: Connect clients read that status as unimplemented. */
const unknownPath = (error: ConnectError) => [
  mapper(all(isStatus(404), any(isConnect, isJson)), jsonResponse(error, 404)),
  mapper(isStatus(404), jsonResponse(noPage, 404)),
];

const inJson = (status: number, error: ConnectError) => [
  mapper(all(isStatus(status), isConnect), jsonResponse(error, codeToHttpStatus(error.code))),
  mapper(isStatus(status), jsonResponse(error, status)),
];

const mappersOf = ({ statuses, error }: Refusal) =>
  statuses.flatMap((status) => [
    ...protocols.map(({ contentType, answer }) =>
      mapper(all(isStatus(status), isHeader("content-type", contentType)), answer(error)),
    ),
    ...(status === 404 ? unknownPath(error) : inJson(status, error)),
  ]);

/** Envoy's `local_reply_config.mappers`: each refusal of its own in the client's protocol. The first match counts. */
export const refusalMappers = refusals.flatMap(mappersOf);

/** The same for what came by plain http where https is spoken, to stand before those. A redirect has no body. */
export const plainHttpMappers = (origin: string) => [
  {
    filter: isStatus(308),
    body_format_override: { text_format_source: { inline_string: "%LOCAL_REPLY_BODY%" } },
  },
  ...mappersOf(httpsRequired(origin)).map((each) => ({
    ...each,
    filter: all(isHeader("x-forwarded-proto", "http"), each.filter),
  })),
];
