const plural = new Intl.PluralRules("en");
const count = (value: number, one: string, other: string) =>
  `${value} ${plural.select(value) === "one" ? one : other}`;

/** "2 minutes", or "30 seconds" below a minute; to the nearest whole one. */
export const formatDuration = (ms: number): string =>
  ms >= 60_000
    ? count(Math.round(ms / 60_000), "minute", "minutes")
    : count(Math.round(ms / 1000), "second", "seconds");
