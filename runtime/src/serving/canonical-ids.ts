import { type DescField, type DescMessage, getOption, type Message, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldRules,
  field as fieldRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Interceptor } from "@connectrpc/connect";

/** Brings the ids in a message into one spelling, in place. */
type Canonicalize = (message: Message) => void;
/** A message by the names of its fields: what generated types hide from code that knows only descriptors. */
type Fields = Record<string, unknown>;

const known = new Map<DescMessage, Canonicalize | undefined>();

/**
 * A UUID in capitals is the same id (RFC 9562 section 4; iOS writes it so): every string that the contract calls a
 * UUID (`string.uuid`) becomes lower case, as ids are stored, before anything compares it. Which fields those are is
 * worked out once for each message type.
 */
export function canonicalizeIds(desc: DescMessage, message: Message): void {
  if (!known.has(desc)) known.set(desc, canonicalizer(desc, new Set()));
  known.get(desc)?.(message);
}

/** The same for every request that a handler sees. */
export const canonicalIdsInterceptor: Interceptor = (next) => (request) => {
  const { input } = request.method;
  if (!request.stream) canonicalizeIds(input, request.message);
  else request = { ...request, message: canonicalized(input, request.message) };
  return next(request);
};

async function* canonicalized<T extends Message>(desc: DescMessage, messages: AsyncIterable<T>) {
  for await (const message of messages) {
    canonicalizeIds(desc, message);
    yield message;
  }
}

/** Undefined for a message type that holds no ids. A type that holds itself is not followed into itself. */
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
