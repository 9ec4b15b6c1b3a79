const names = new Intl.DisplayNames("en", { type: "region" });

/** The name of a country by its ISO 3166-1 code: "United Kingdom" for GB. A code of no country comes back as it is. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Regions that the platform names and that ISO 3166-1 has no code for: parts of countries, groups, and tests. */
const NO_COUNTRIES = new Set([
  ...["AC", "CP", "CQ", "DG", "EA", "IC", "TA"],
  ...["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"],
]);

/** The codes of all countries that the platform knows, by their names. Codes of former countries are not among them. */
export const countryCodes = (): string[] =>
  LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .filter((code) => countryName(code) !== code && !NO_COUNTRIES.has(code))
    .filter((code) => new Intl.Locale(`und-${code}`).region === code)
    .toSorted((a, b) => countryName(a).localeCompare(countryName(b)));

/** The time zones of a country; all where the platform does not say. */
export function timeZonesOf(country: string): readonly string[] {
  const every = Intl.supportedValuesOf("timeZone");
  if (!country) return every;
  // Newer than the type library: ECMA-402, Intl Locale info.
  const locale: Intl.Locale & { getTimeZones?: () => string[] | undefined } = new Intl.Locale(
    `und-${country}`,
  );
  return locale.getTimeZones?.() ?? every;
}
