import { types } from "node:util";

/** What a log line shows in place of what it cannot show. */
const CIRCULAR = "[circular]";
const TOO_DEEP = "[too deep]";
const UNREADABLE = "[not readable]";

const MAX_DEPTH = 8;
/** Of one object or list: what a driver hangs on an error can be a whole connection. */
const MAX_ENTRIES = 100;

// Whatever a caller puts under these names never reaches a log, in whatever case it is written.
const SECRET = new Set([
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "passwordhash",
  "clientsecret",
  "client_secret",
  "accesstoken",
  "refreshtoken",
  "token",
  "secret",
]);

/**
 * What a log line shows of its fields: plain JSON data, without secrets. Anything may be logged, most of all errors of
 * other people's libraries: what is circular, deep, throws when it is read, or is no plain object neither fails nor
 * hides the rest. An error shows its type, message, stack, own fields and cause.
 */
export const loggableFields = (fields: object): Record<string, unknown> =>
  shown(Object.keys(fields), (key) => fields[key as keyof typeof fields], [fields]);

function loggable(value: unknown, within: readonly object[]): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "symbol" || typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (within.includes(value)) return CIRCULAR;
  if (within.length > MAX_DEPTH) return TOO_DEEP;
  try {
    return ofObject(value, [...within, value]);
  } catch {
    return UNREADABLE;
  }
}

function ofObject(value: object, within: readonly object[]): unknown {
  if (types.isNativeError(value)) return ofError(value, within);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) {
    const entries = new Map([...value].map(([key, one]) => [String(key), one]));
    return shown([...entries.keys()], (key) => entries.get(key), within);
  }
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MAX_ENTRIES).map((one) => loggable(one, within) ?? null);
  }
  if ("toJSON" in value && typeof value.toJSON === "function") return loggable(value.toJSON(), within);
  return shown(Object.keys(value), (key) => value[key as keyof typeof value], within);
}

/** Stack, cause and the errors of an aggregate are no enumerable fields. */
function ofError(error: Error, within: readonly object[]): Record<string, unknown> {
  const names = new Set(["type", "message", "stack", ...Object.keys(error), "cause", "errors"]);
  const read = (name: string) =>
    name === "type" ? error.constructor.name : error[name as keyof typeof error];
  return shown([...names], read, within);
}

function shown(
  names: string[],
  read: (name: string) => unknown,
  within: readonly object[],
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of names.slice(0, MAX_ENTRIES)) {
    if (SECRET.has(name.toLowerCase())) continue;
    try {
      fields[name] = loggable(read(name), within);
    } catch {
      fields[name] = UNREADABLE;
    }
  }
  return fields;
}
