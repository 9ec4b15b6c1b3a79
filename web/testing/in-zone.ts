import { execFileSync } from "node:child_process";

/**
 * Difficult time zones: summer time, offsets of half and quarter hours, the earliest zone, half an hour of summer time.
 */
export const awkwardZones = [
  "Europe/London",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
  "Australia/Lord_Howe",
  // Clocks change at midnight here, so one day in spring begins at 01:00.
  "America/Santiago",
] as const;

/**
 * What an exported function gives for arguments, each by the clock of a zone. It runs in a process of its own, where
 * Node takes a new zone from the environment; Jest's environment is a copy. `undefined` comes back as null.
 */
export function inZones(
  module: URL,
  name: string,
  given: readonly (readonly [zone: string, argument: string])[],
): unknown[] {
  const program = `
    const { ${name}: tested } = await import(${JSON.stringify(module.href)});
    const results = ${JSON.stringify(given)}.map(([zone, argument]) => {
      process.env.TZ = zone;
      return tested(argument) ?? null;
    });
    console.log(JSON.stringify(results));`;
  const output = execFileSync(
    process.execPath,
    ["--conditions=@ticketing/source", "--input-type=module", "--eval", program],
    { encoding: "utf8" },
  );
  return JSON.parse(output) as unknown[];
}
