import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** A scalar's type, a list of one type, or fields by name; `*` stands for any name. */
export type Structure = Scalar | [Structure] | { [field: string]: Structure };

const scalar = z.enum(["string", "bool", "int", "float", "duration", "any"]);
type Scalar = z.output<typeof scalar>;

const structure: z.ZodType<Structure> = z.lazy(() =>
  z.union([scalar, z.tuple([structure]), z.record(z.string(), structure)]),
);

const versioned = z.object({ version: z.string(), config: structure });

/**
 * What the server's configuration may hold: every field of `Config` in common/config/config.go of the module
 * go.temporal.io/server, with the version that it was read from. A field's name is its `yaml` tag, else its own in lower
 * case; an `inline` one stands for its fields; a type that unmarshals itself is `any`. A new version is read anew.
 */
export async function serverStructure(): Promise<z.output<typeof versioned>> {
  const file = fileURLToPath(new URL("../../temporal/structure.json", import.meta.url));
  return versioned.parse(JSON.parse(await readFile(file, "utf8")));
}

/** How the YAML package of the server (gopkg.in/yaml.v3) reads scalars into Go's types. */
const accepts: Readonly<Record<Scalar, (value: unknown) => boolean>> = {
  any: () => true,
  string: (value) => ["string", "number", "boolean"].includes(typeof value),
  bool: (value) => typeof value === "boolean",
  int: Number.isInteger,
  float: (value) => typeof value === "number",
  // https://pkg.go.dev/time#ParseDuration
  duration: (value) =>
    typeof value === "string" && /^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value),
};

/** One sentence for each value that does not fit; unlike the server, a field that it does not know is a fault too. */
export function structureFaults(value: unknown, expected: Structure, path = ""): string[] {
  if (value === null || value === undefined) return [`${path || "it"} has no value`];
  if (typeof expected === "string")
    return accepts[expected](value) ? [] : [`${path} is ${JSON.stringify(value)}, which is no ${expected}`];
  if (Array.isArray(expected)) {
    const [element] = expected;
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((each, at) => structureFaults(each, element, `${path}.${at}`));
  }
  if (typeof value !== "object" || Array.isArray(value)) return [`${path || "it"} is no section`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path ? `${path}.${name}` : name;
    const type = Object.hasOwn(expected, name) ? expected[name] : expected["*"];
    return type ? structureFaults(inner, type, at) : [`${at} is nothing that the server knows`];
  });
}
