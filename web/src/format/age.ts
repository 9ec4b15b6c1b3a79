const plural = new Intl.PluralRules("en");
const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long ago something was, in whole units: "3 days", "1 hour", "less than a minute". */
export function formatAge(ms: number): string {
  const [name, length] = units.find(([, least]) => ms >= least) ?? [];
  if (!name) return "less than a minute";
  const count = Math.floor(ms / length);
  return `${count} ${name}${plural.select(count) === "one" ? "" : "s"}`;
}
