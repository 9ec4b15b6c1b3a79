import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { DomainError } from "../../process/domain-error.ts";

/** The request in these bytes. Throws INVALID_ARGUMENT BAD_REQUEST. */
export function decodeRequest<T extends DescMessage>(desc: T, bytes: Uint8Array): MessageShape<T> {
  try {
    return fromBinary(desc, bytes);
  } catch {
    throw new DomainError("BAD_REQUEST", `this is not a ${desc.typeName}`);
  }
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
