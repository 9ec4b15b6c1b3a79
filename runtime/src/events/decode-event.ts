import { fromBinary, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { PoisonEvent } from "./consumer.ts";

/** The event in a payload, which names its document. Throws {@link PoisonEvent} for what is not one. */
export function decodeEvent<E extends Message & { id: string }>(
  schema: GenMessage<E>,
  payload: Uint8Array,
): E {
  const event = attempt(schema, payload);
  if (event.id) return event;
  throw new PoisonEvent(`a ${schema.typeName} without an id`);
}

function attempt<E extends Message>(schema: GenMessage<E>, payload: Uint8Array): E {
  try {
    return fromBinary(schema, payload);
  } catch (error) {
    throw new PoisonEvent(
      `not a ${schema.typeName}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
