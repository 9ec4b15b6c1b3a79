import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { DomainError } from "../../process/domain-error.ts";
import { canonicalizeIds } from "../canonical-ids.ts";

const validator = createValidator();
/** There can be as many as the request has bytes; these are a few kilobytes. */
const MAX_VIOLATIONS = 20;

/** The request in these bytes, valid by its contract. Throws INVALID_ARGUMENT, with buf.validate.Violations. */
export function decodeRequest<T extends DescMessage>(desc: T, bytes: Uint8Array): MessageShape<T> {
  let request: MessageShape<T>;
  try {
    request = fromBinary(desc, bytes);
  } catch {
    throw new DomainError("MALFORMED", `this is not a ${desc.typeName}`);
  }
  canonicalizeIds(desc, request);
  const result = validator.validate(desc, request);
  if (result.kind === "valid") return request;
  const { error, violations } = result;
  const [value, violationsDesc] = violationsToProto(violations?.slice(0, MAX_VIOLATIONS) ?? []);
  const details = violations ? [{ desc: violationsDesc, value }] : [];
  throw new ConnectError(error.message, Code.InvalidArgument, undefined, details, error);
}

/** The answer in these bytes. Throws INTERNAL. */
export function decodeAnswer<T extends DescMessage>(desc: T, bytes: Uint8Array): MessageShape<T> {
  try {
    return fromBinary(desc, bytes);
  } catch (error) {
    const message = `the answer is not a ${desc.typeName}`;
    throw new ConnectError(message, Code.Internal, undefined, undefined, error);
  }
}

/** The message as bytes. Throws the code for what cannot be sent, such as half of a surrogate pair. */
export function encode<T extends DescMessage>(desc: T, message: MessageInitShape<T>, code: Code): Buffer {
  try {
    const bytes = toBinary(desc, create(desc, message));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    const { message: cause } = ConnectError.from(error);
    throw new ConnectError(`${desc.typeName} cannot be sent: ${cause}`, code, undefined, undefined, error);
  }
}
