import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { PoisonEvent } from "./consumer.ts";

/** The event in a payload. Throws {@link PoisonEvent} for what is not one. */
export function decodeEvent<D extends DescMessage>(schema: D, payload: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, payload);
  } catch (error) {
    throw new PoisonEvent(
      `not a ${schema.typeName}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
