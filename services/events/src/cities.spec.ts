import { describe, expect, it } from "@jest/globals";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { cityMapping } from "city-timezones";
import { cityKey, placeOf, writtenCity } from "./cities.ts";
import { timeZoneOf } from "./local-time.ts";

/** Country and zone, or the refusal. */
function place(city: string, country = "", timeZone = ""): string {
  try {
    const { country: found, timeZone: zone } = placeOf(city, { country, timeZone });
    return `${found} ${zone}`;
  } catch (error) {
    if (error instanceof DomainError) return [error.reason, ...Object.values(error.metadata)].join(" ");
    throw error;
  }
}

describe("where a city lies", () => {
  it("is known by its name, in the spellings that people use", () => {
    expect(place("London")).toBe("GB Europe/London");
    expect(place("new york")).toBe("US America/New_York");
    expect(place("München")).toBe("DE Europe/Berlin");
    expect(place("Munich")).toBe("DE Europe/Berlin");
    expect(place("São Paulo")).toBe("BR America/Sao_Paulo");
    expect(place("東京")).toBe("JP Asia/Tokyo");
  });

  it("is known as it is written where a keyboard lacks a letter, and is one city then", () => {
    for (const [city, other, where] of [
      ["Zürich", "Zuerich", "CH Europe/Zurich"],
      ["München", "Muenchen", "DE Europe/Berlin"],
      ["Düsseldorf", "Duesseldorf", "DE Europe/Berlin"],
      ["Århus", "Aarhus", "DK Europe/Copenhagen"],
      ["København", "Koebenhavn", "DK Europe/Copenhagen"],
      ["Malmö", "Malmoe", "SE Europe/Stockholm"],
    ] as const) {
      expect([place(city), place(other)]).toEqual([where, where]);
      expect(cityKey(other)).toBe(cityKey(city));
    }
    expect(cityKey("Buenos Aires")).toBe("buenos aires");
  });

  it("is shown with its letters where somebody wrote others in their place, and else as it was written", () => {
    expect(["Zuerich", "MUENCHEN", "Koebenhavn"].map(writtenCity)).toEqual([
      "Zürich",
      "München",
      "København",
    ]);
    // Of these the people of the place use both, or the other.
    const kept = ["Zurich", "Zürich", "Munich", "Aarhus", "Buenos Aires", "Little Duesenbach"];
    expect(kept.map(writtenCity)).toEqual(kept);
  });

  it("is asked for where other cities of the name may be meant as well", () => {
    expect(place("Birmingham")).toBe("CITY_AMBIGUOUS GB,US Europe/London,America/Chicago");
    expect(place("Birmingham", "US")).toBe("US America/Chicago");
    expect(place("Springfield", "US")).toContain("CITY_AMBIGUOUS US America/New_York,America/Chicago");
    expect(place("Springfield", "", "America/Los_Angeles")).toBe("US America/Los_Angeles");
  });

  it("is the country's own zone for a small place, and asked for where it has several", () => {
    expect(place("Wembley", "GB")).toBe("GB Europe/London");
    expect(place("Smallville", "US")).toBe("CITY_UNKNOWN");
    expect(place("Wembley")).toBe("CITY_UNKNOWN");
    expect(place("Atlantis", "GR", "Europe/Athens")).toBe("GR Europe/Athens");
  });

  it("is in a country that there is, by whichever city and zone", () => {
    for (const code of ["UK", "EU", "XX", "ZZ"]) {
      expect(place("London", code)).toBe("COUNTRY_UNKNOWN");
      expect(place("Atlantis", code, "Europe/London")).toBe("COUNTRY_UNKNOWN");
    }
    expect(place("Pristina", "XK", "Europe/Belgrade")).toBe("XK Europe/Belgrade");
  });

  it("has clocks that the platform knows, in the whole table", () => {
    const unknown = [...new Set(cityMapping.flatMap(({ timezone }) => timezone ?? []))].filter((name) => {
      try {
        return timeZoneOf(name) !== name;
      } catch {
        return true;
      }
    });
    expect(unknown).toEqual([]);
  });
});
