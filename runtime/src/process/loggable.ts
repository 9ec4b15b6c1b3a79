import { types } from "node:util";

/** What a log line shows in place of what it cannot show. */
const CIRCULAR = "[circular]";
const TOO_DEEP = "[too deep]";
const UNREADABLE = "[not readable]";
const TOO_MUCH = "[too much]";

const MAX_DEPTH = 8;
/** Of one object or list: what a driver hangs on an error can be a whole connection. */
const MAX_ENTRIES = 100;
/** Of one field of a line in all: what is reached by many ways is shown at the end of each. */
const MAX_VALUES = 2_000;

// Whatever a caller puts under these names never reaches a log, however it is written: accessToken, access_token.
const SECRET = new Set([
  "authorization",
  "cookie",
  "setcookie",
  "password",
  "passwordhash",
  "clientsecret",
  "accesstoken",
  "refreshtoken",
  "idtoken",
  "token",
  "secret",
  "secretkey",
  "apikey",
  "xapikey",
]);
const isSecret = (name: string) => SECRET.has(name.toLowerCase().replaceAll(/[-_]/g, ""));
/** A header as libraries keep it on an error, in a text or a list. https://www.rfc-editor.org/rfc/rfc9110#section-11.4 */
const CREDENTIALS = /\b(Bearer|Basic) +[\w.~+/=-]+/gi;

/** Where a value stands in a field of a line. */
interface Place {
  /** The objects that it is in. */
  within: readonly object[];
  /** How many more values the field has room for. */
  room: { left: number };
}

/**
 * What a log line shows of its fields: plain JSON data, without secrets. Anything may be logged, most of all errors of
 * other people's libraries: what is circular, deep, throws when it is read, or is no plain object neither fails nor
 * hides the rest. An error shows its type, message, stack, own fields and cause.
 */
export function loggableFields(fields: object): Record<string, unknown> {
  const read = (name: string) => fields[name as keyof typeof fields];
  const one = (name: string) => shown([name], read, { within: [fields], room: { left: MAX_VALUES } });
  return Object.assign({}, ...Object.keys(fields).slice(0, MAX_ENTRIES).map(one));
}

function loggable(value: unknown, { within, room }: Place): unknown {
  if (room.left-- <= 0) return TOO_MUCH;
  if (typeof value === "string") return value.replaceAll(CREDENTIALS, "$1 [secret]");
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "symbol" || typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (within.includes(value)) return CIRCULAR;
  if (within.length > MAX_DEPTH) return TOO_DEEP;
  try {
    return ofObject(value, { within: [...within, value], room });
  } catch {
    return UNREADABLE;
  }
}

function ofObject(value: object, place: Place): unknown {
  // One that came from a worker thread is no native error any more.
  if (types.isNativeError(value) || value instanceof Error) return ofError(value, place);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) {
    const entries = new Map([...value].map(([key, one]) => [String(key), one]));
    return shown([...entries.keys()], (key) => entries.get(key), place);
  }
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MAX_ENTRIES).map((one) => loggable(one, place) ?? null);
  }
  if ("toJSON" in value && typeof value.toJSON === "function") return loggable(value.toJSON(), place);
  return shown(Object.keys(value), (key) => value[key as keyof typeof value], place);
}

/** Stack, cause and the errors of an aggregate are no enumerable fields. */
function ofError(error: Error, place: Place): Record<string, unknown> {
  const names = new Set(["type", "message", "stack", "cause", ...Object.keys(error), "errors"]);
  const read = (name: string) =>
    name === "type" ? error.constructor.name : error[name as keyof typeof error];
  return shown([...names], read, place);
}

function shown(names: string[], read: (name: string) => unknown, place: Place): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of names.slice(0, MAX_ENTRIES)) {
    if (isSecret(name)) continue;
    try {
      fields[name] = loggable(read(name), place);
    } catch {
      fields[name] = UNREADABLE;
    }
  }
  return fields;
}
