import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { repositoryPath } from "./process-table.ts";

/** What every command of the launcher takes. */
export interface CommandOptions {
  /** `--data-dir`, `.local` of the repository by default. */
  readonly dataDir: string;
  /** `--port-base`, 8080 by default. */
  readonly portBase: number;
  /** `--replicas`, 1 by default. */
  readonly replicas: number;
  /** What is no option. */
  readonly words: readonly string[];
}

/** Reads the command line; anything unknown ends the process with one sentence. */
export function readOptions(args: readonly string[] = process.argv.slice(2)): CommandOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "data-dir": { type: "string", default: repositoryPath(".local") },
        "port-base": { type: "string", default: "8080" },
        replicas: { type: "string", default: "1" },
      },
    });
    return {
      dataDir: resolve(values["data-dir"]),
      portBase: integer("--port-base", values["port-base"], 1_024, 65_500),
      replicas: integer("--replicas", values.replicas, 1, 10),
      words: positionals,
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} is a whole number from ${min} to ${max}, not ${text}`);
  }
  return value;
}
