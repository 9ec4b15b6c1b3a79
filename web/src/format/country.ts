const names = new Intl.DisplayNames("en", { type: "region" });

/** The name of a country by its ISO 3166-1 code: "United Kingdom" for GB. A code of no country comes back as it is. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
