import { type DescField, type DescMessage, getOption, type Message, ScalarType } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  type FieldRules,
  field as fieldRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Interceptor } from "@connectrpc/connect";

/** Brings what can be written in several ways into one of them, in place. */
type Canonicalize = (message: Message) => void;
/** A message by the names of its fields: what generated types hide from code that knows only descriptors. */
type Fields = Record<string, unknown>;

const known = new Map<DescMessage, Canonicalize | undefined>();

/**
 * Gives ids and instants the one form in which they are compared and checked. A UUID in capitals is the same id
 * (RFC 9562 section 4; iOS writes it so): every string that the contract calls a UUID (`string.uuid`) becomes lower
 * case, as ids are stored. A Timestamp whose `nanos` are a second or more, or less than none, is written with those of
 * its second, so that no instant passes a limit by its nanos. Which fields those are is worked out once for each message
 * type.
 */
export function canonicalize(desc: DescMessage, message: Message): void {
  if (!known.has(desc)) known.set(desc, canonicalizer(desc, new Set()));
  known.get(desc)?.(message);
}

/** The same for every request that a handler sees. */
export const canonicalValuesInterceptor: Interceptor = (next) => (request) => {
  const { input } = request.method;
  if (!request.stream) canonicalize(input, request.message);
  else request = { ...request, message: canonicalized(input, request.message) };
  return next(request);
};

async function* canonicalized<T extends Message>(desc: DescMessage, messages: AsyncIterable<T>) {
  for await (const message of messages) {
    canonicalize(desc, message);
    yield message;
  }
}

/** Undefined for a message type that holds neither. A type that holds itself is not followed into itself. */
function canonicalizer(desc: DescMessage, within: ReadonlySet<DescMessage>): Canonicalize | undefined {
  if (within.has(desc)) return undefined;
  const path = new Set([...within, desc]);
  const steps = desc.fields.flatMap((field) => {
    const change = changeOf(field, path);
    return change ? [stepOf(field, change)] : [];
  });
  if (steps.length === 0) return undefined;
  return (message) => {
    // A message is an object with a property for each field.
    for (const step of steps) step(message as unknown as Fields);
  };
}

/** The new value of a field, or of an item of a list. */
type Change = (value: unknown) => unknown;

function changeOf(field: DescField, path: ReadonlySet<DescMessage>): Change | undefined {
  if (field.message?.typeName === TimestampSchema.typeName) return canonicalInstant;
  if (field.message && field.fieldKind !== "map") {
    const inner = canonicalizer(field.message, path);
    return (
      inner &&
      ((value) => {
        inner(value as Message);
        return value;
      })
    );
  }
  const rules = getOption(field, fieldRules);
  const own = rules.type.case === "repeated" ? rules.type.value.items : rules;
  return field.scalar === ScalarType.STRING && isUuid(own) ? lowerCase : undefined;
}

const NANOS = 1_000_000_000;

/** Of the same instant: `nanos` from 0 to 999,999,999, as protobuf demands. */
const canonicalInstant: Change = (value) => {
  const instant = value as Timestamp;
  const seconds = Math.floor(instant.nanos / NANOS);
  if (seconds !== 0) {
    instant.seconds += BigInt(seconds);
    instant.nanos -= seconds * NANOS;
  }
  return instant;
};

const lowerCase: Change = (value) => (value as string).toLowerCase();

const isUuid = (rules: FieldRules | undefined): boolean =>
  rules?.type.case === "string" &&
  rules.type.value.wellKnown.case === "uuid" &&
  rules.type.value.wellKnown.value;

function stepOf(field: DescField, change: Change): (message: Fields) => void {
  const { localName } = field;
  if (field.oneof) {
    const group = field.oneof.localName;
    return (message) => {
      const chosen = message[group] as { case?: string; value?: unknown };
      if (chosen.case === localName) chosen.value = change(chosen.value);
    };
  }
  return (message) => {
    const value = message[localName];
    if (Array.isArray(value)) message[localName] = value.map(change);
    else if (value !== undefined) message[localName] = change(value);
  };
}
