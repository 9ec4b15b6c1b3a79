import { type DescMethod, type DescService, fromBinary } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { Metadata } from "@grpc/grpc-js";
import { canonicalizeIds } from "./canonical-ids.ts";
import { DomainError } from "./domain-error.ts";

const validator = createValidator();

/** A unary method to grpc-js; its messages stay bytes. */
export const definition = (service: DescService, method: DescMethod) => ({
  path: `/${service.typeName}/${method.name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  responseDeserialize: (bytes: Buffer) => bytes,
});

/** The request in these bytes, valid by its contract. Throws INVALID_ARGUMENT. */
export function decode(method: DescMethod, bytes: Buffer) {
  let request: ReturnType<typeof fromBinary>;
  try {
    request = fromBinary(method.input, bytes);
  } catch {
    throw new DomainError(Code.InvalidArgument, "MALFORMED", `this is not a ${method.input.typeName}`);
  }
  canonicalizeIds(method.input, request);
  const result = validator.validate(method.input, request);
  if (result.kind === "valid") return request;
  throw new ConnectError(result.error?.message ?? "invalid request", Code.InvalidArgument);
}

/** The gRPC status of an error, its details in `grpc-status-details-bin` as every gRPC client reads them. */
export function statusOf(error: ConnectError) {
  const trailer = new Headers();
  setTrailerStatus(trailer, error);
  const metadata = new Metadata();
  const details = trailer.get("grpc-status-details-bin");
  if (details) metadata.set("grpc-status-details-bin", Buffer.from(details, "base64"));
  return { code: error.code as number, details: error.rawMessage, metadata };
}
