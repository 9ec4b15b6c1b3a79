import { parseArgs } from "node:util";

/** What the command line of the bench asks for. */
export interface BenchOptions {
  /** The rows to measure; all of them without a name. */
  readonly rows: readonly string[];
  /** The share of the full number of calls. */
  readonly share: number;
  /** Where the results go. */
  readonly results: string;
  /** A results file to compare with, instead of the one before. */
  readonly against: string | undefined;
}

/** Some rows alone are measured quickly, with fewer calls. */
const QUICK = 0.2;

/** Reads the arguments; `known` are the existing rows. Throws with a sentence for the person at the terminal. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { full: { type: "boolean" }, results: { type: "string" }, against: { type: "string" } },
  });
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(", ")}; rows: ${known.join(", ")}`);
  return {
    rows: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known,
    share: positionals.length > 0 && !values.full ? QUICK : 1,
    results: values.results ?? ".local/bench",
    against: values.against,
  };
}
