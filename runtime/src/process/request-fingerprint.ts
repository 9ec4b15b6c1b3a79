import { createHash } from "node:crypto";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";

/** What a request asks for, in short: tells a repeat from another wish under the same request id. */
export const fingerprintOf = <D extends DescMessage>(schema: D, request: MessageShape<D>): string =>
  createHash("sha256")
    // What a newer client says beside is not understood here, and does not make it another request.
    .update(toBinary(schema, request, { writeUnknownFields: false }))
    .digest("base64url");
