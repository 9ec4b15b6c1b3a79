import { create, type DescMessage, type DescMethod, ScalarType, toBinary, toJson } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import type { Init } from "./contracts.ts";

/** Where a forged log line would show, were a newline to get into a log. */
export const FORGED = "forged by an attacker";
const newline = `x\n{"level":60,"msg":"${FORGED}"}\r\n`;

const nasty = [
  newline,
  "\u0000",
  "\u202Egnp.exe\u202C",
  "\uD800",
  "\u2028\u2029",
  "Z\u0351\u036B\u0343\u036A\u0302".repeat(20),
  "'; DROP TABLE users; --",
  '{"$gt":""}',
  "$where",
  "../../../../etc/passwd",
  "__proto__",
  "constructor",
  `\${jndi:ldap://127.0.0.1/x}`,
  "<script>alert(1)</script>",
  "%00%0a",
  "a".repeat(20_000),
  "💥".repeat(5_000),
  "(a+)+$".repeat(100),
  `${"a".repeat(60)}!@example.com`,
  "00000000-0000-0000-0000-000000000000",
  "-1",
  "NaN",
];
const numbers = [0, -1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53 + 2, 1.5];
const bigNumbers = [
  "9223372036854775808",
  "-9223372036854775809",
  "1e400",
  "0x10",
  "999999999999999999999999",
];

const strings = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
);

/** An array in an array, so many times. */
const nested = (depth: number) => {
  let value: unknown = "deep";
  for (let n = 0; n < depth; n++) value = [value];
  return value;
};

const values: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: strings },
  fc.constantFrom<unknown>(null, true, {}, [], ...numbers, ...bigNumbers, nested(3_000)),
  fc.array(strings, { maxLength: 200 }),
  fc.object({ maxDepth: 4, withNullPrototype: true, withBoxedValues: false }),
);

/**
 * A request's JSON with some of its fields replaced by what they are not meant to hold, fields that do not exist, or
 * text that is no JSON at all.
 */
export function hostileJson(method: DescMethod, good: Init): fc.Arbitrary<Buffer> {
  const base = toJson(method.input, create(method.input, good)) as Record<string, unknown>;
  const names = [
    ...method.input.fields.map(({ jsonName }) => jsonName),
    "unknownField",
    "__proto__",
    "@type",
  ];
  const replaced = fc
    .dictionary(fc.constantFrom(...names), values, { minKeys: 1, maxKeys: 3 })
    .map((changes) => JSON.stringify({ ...base, ...changes }));
  const text = JSON.stringify(base);
  const broken = fc.oneof(
    fc.constantFrom(
      "",
      "null",
      "[]",
      '"text"',
      "\uFEFF{}",
      "{".repeat(20_000),
      "[".repeat(30_000),
      `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
      '{"pageSize":1e999999}',
      `{"pageSize":${"9".repeat(5_000)}}`,
      `{${'"pageSize":1,'.repeat(2_000)}"pageSize":2}`,
    ),
    fc.nat({ max: text.length }).map((end) => text.slice(0, end)),
    strings,
  );
  return fc.oneof({ weight: 3, arbitrary: replaced }, broken).map((json) => Buffer.from(json));
}

/** Page tokens that name what no page ended with: their insides are ours to read, and a client's to write. */
const tokens = [
  { t: 9e15, i: "x" },
  { t: 1e308, i: "x" },
  { t: 0, i: { $gt: "" } },
  { t: { $gt: 0 }, i: "x" },
  null,
]
  .map((token) => JSON.stringify(token))
  .concat("letter 999999999999999", "letter -1")
  .map((text) => Buffer.from(text).toString("base64url"));

const scalars = (type: ScalarType): readonly unknown[] => {
  switch (type) {
    case ScalarType.STRING:
      return [...nasty.filter((text) => text.isWellFormed()), ...tokens, ""];
    case ScalarType.BOOL:
      return [true, false];
    case ScalarType.BYTES:
      return [new Uint8Array(5_000)];
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      // Among them seconds that no Date can hold, and the first of the year 10000.
      return [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 9_000_000_000_000n, 253_402_300_800n];
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return [0n, 2n ** 64n - 1n];
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return [Number.NaN, Number.POSITIVE_INFINITY, -0];
    default:
      return [0, 1, 2 ** 31 - 1];
  }
};

/** Messages that are well formed, and hold in some fields the extremes of what their types can. */
export function extremes(method: DescMethod, good: Init): fc.Arbitrary<Buffer> {
  return fc.integer().map((seed) => {
    const random = randomOf(seed);
    const choose = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const set = (message: ReflectMessage, depth: number) => {
      for (const field of message.fields) {
        if (choose([true, true, false]) && !(field.fieldKind === "message" && message.isSet(field))) continue;
        const one = (of: { scalar?: ScalarType; enum?: unknown; message?: DescMessage }) => {
          if (of.scalar !== undefined) return choose(scalars(of.scalar));
          if (of.message === undefined) return choose([0, 1, 999, -1]);
          const nested = reflect(of.message);
          if (depth < 4) set(nested, depth + 1);
          return nested;
        };
        if (field.fieldKind === "list") {
          for (let n = choose([1, 100, 101]); n > 0; n--) message.get(field).add(one(field));
        } else if (field.fieldKind === "message" && message.isSet(field)) {
          set(message.get(field), depth + 1);
        } else if (field.fieldKind !== "map") {
          message.set(field, one(field));
        }
      }
    };
    const message = create(method.input, good);
    set(reflect(method.input, message), 0);
    return Buffer.from(toBinary(method.input, message));
  });
}

/** Numbers from 0 to 1 that a seed determines (a linear congruential generator, Numerical Recipes' constants). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const START_GROUP = 0x0b;
const bytes = (...parts: (number | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : part)));

/** A request's bytes cut short, altered, with fields of other types, or such that a parser trips over them. */
export function hostileBinary(method: DescMethod, good: Init): fc.Arbitrary<Buffer> {
  const base = Buffer.from(toBinary(method.input, create(method.input, good)));
  const fields = method.input.fields.map(({ number }) => number);
  const field = fields.length > 0 ? fc.constantFrom(...fields) : fc.constant(1);
  const tag = (number: number, wireType: number) => (number << 3) | wireType;
  return fc.oneof(
    fc.nat({ max: base.length }).map((end) => base.subarray(0, end)),
    fc
      .array(fc.tuple(fc.nat({ max: Math.max(0, base.length - 1) }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((changes) => {
        const altered = Buffer.from(base);
        for (const [at, value] of changes) altered[at] = value;
        return altered;
      }),
    fc.uint8Array({ maxLength: 300 }).map((random) => Buffer.from(random)),
    // A string field that holds no UTF-8.
    field.map((number) => bytes(tag(number, 2), 4, Buffer.from([0xff, 0xfe, 0xc0, 0x80]))),
    // A number where a message is, and the other way round.
    fc
      .tuple(field, fc.constantFrom(0, 1, 5))
      .map(([number, type]) => bytes(tag(number, type), Buffer.alloc(8, 0xff))),
    fc.constantFrom(
      // Groups within groups, deeper than any message.
      Buffer.alloc(30_000, START_GROUP),
      // A length of four gigabytes; a number that never ends; field number 0.
      bytes(tag(1, 2), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])),
      bytes(tag(1, 0), Buffer.alloc(64, 0xff)),
      Buffer.from([0x00, 0x01]),
      // Ten thousand unknown fields, kept by a careless parser.
      Buffer.concat(Array.from({ length: 10_000 }, () => bytes(0xf8, 0x07, 0x01))),
      bytes(base, tag(1, 2), 30, Buffer.from(newline.slice(0, 30))),
    ),
  );
}
