import { execFileSync } from "node:child_process";

/** Zones of every awkward kind: summer time, half and quarter hours, the first to have a day, half an hour of summer. */
export const awkwardZones = [
  "Europe/London",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
  "Australia/Lord_Howe",
  // Where clocks change at midnight, a day of spring begins at one.
  "America/Santiago",
] as const;

/**
 * What an exported function gives for each of the arguments in a process whose clock stands in `zone`, since a process
 * has one zone. Dates come and go as ISO texts: `undefined` as null.
 */
export function inZone(zone: string, module: URL, name: string, given: readonly unknown[]): unknown[] {
  const program = `
    const { ${name}: tested } = await import(${JSON.stringify(module.href)});
    console.log(JSON.stringify(${JSON.stringify(given)}.map((each) => tested(each) ?? null)));`;
  const output = execFileSync(
    process.execPath,
    ["--conditions=@ticketing/source", "--input-type=module", "--eval", program],
    { env: { ...process.env, TZ: zone }, encoding: "utf8" },
  );
  return JSON.parse(output) as unknown[];
}
