import { DomainError } from "@ticketing/runtime/process/domain-error";
import { nameKey, spellings } from "@ticketing/runtime/text/fold";
import { cityMapping } from "city-timezones";
import { isCountry } from "./countries.ts";
import { timeZoneOf } from "./local-time.ts";

/** Where a city lies: ISO 3166-1 alpha-2 and IANA. */
export interface Place {
  country: string;
  timeZone: string;
}

/** A city has to be so many times as populous as the next of its name to be the one that is meant. */
const DOMINANCE = 5;

/** Names that people there use for cities, and the English ones by which the table has them. */
const localNames: readonly (readonly string[])[] = [
  ...[
    ["München", "Munich"],
    ["Köln", "Cologne"],
    ["Nürnberg", "Nuremberg"],
    ["Wien", "Vienna"],
  ],
  ...[
    ["Genève", "Geneva"],
    ["Zürich", "Zurich"],
    ["Bruxelles", "Brussels"],
    ["Brussel", "Brussels"],
  ],
  ...[
    ["Antwerpen", "Antwerp"],
    ["Den Haag", "The Hague"],
    ["København", "Copenhagen"],
    ["Göteborg", "Gothenburg"],
  ],
  ...[
    ["Praha", "Prague"],
    ["Warszawa", "Warsaw"],
    ["Kraków", "Krakow"],
    ["București", "Bucharest"],
  ],
  ...[
    ["Roma", "Rome"],
    ["Milano", "Milan"],
    ["Torino", "Turin"],
    ["Firenze", "Florence"],
    ["Napoli", "Naples"],
  ],
  ...[
    ["Venezia", "Venice"],
    ["Lisboa", "Lisbon"],
    ["Sevilla", "Seville"],
    ["Αθήνα", "Athens"],
  ],
  ...[
    ["Москва", "Moscow"],
    ["Київ", "Kyiv"],
    ["Kiev", "Kyiv"],
    ["東京", "Tokyo"],
    ["大阪", "Osaka"],
  ],
  ...[
    ["서울", "Seoul"],
    ["北京", "Beijing"],
    ["上海", "Shanghai"],
    ["NYC", "New York"],
    ["New York City", "New York"],
  ],
];

/** City names of the table that are written otherwise where a keyboard lacks a letter: Duesseldorf. */
const withLetters = cityMapping.filter(({ city }) => /[äöüøå]/i.test(city)).map(({ city }) => [city, city]);

/** The key of a city by the keys of its other names. */
const keys: Readonly<Record<string, string>> = Object.fromEntries(
  [...withLetters, ...localNames].flatMap(([name = "", known = ""]) =>
    spellings(name).map((spelling) => [nameKey(spelling), nameKey(known)]),
  ),
);

/** Names with German and Danish letters, by the keys of what people write in their place. Aarhus is as good as Århus. */
const lettered: Readonly<Record<string, string>> = Object.fromEntries(
  [...withLetters, ...localNames].flatMap(([name = ""]) =>
    /^[^å]*[äöüø][^å]*$/i.test(name)
      ? spellings(name)
          .map(nameKey)
          .filter((key) => key !== nameKey(name))
          .map((key) => [key, name])
      : [],
  ),
);

/** The city as it is shown: with its letters where it was written without (Zuerich), and else as it was written. */
export const writtenCity = (city: string): string => lettered[nameKey(city)] ?? city;

/** What tells a city from others in its country, in any usual spelling. */
export function cityKey(city: string): string {
  const key = nameKey(city);
  return keys[key] ?? key;
}

interface City extends Place {
  population: number;
}

/** Cities by name and their countries' zones, from city-timezones: 7,300 cities of the world. Made when first asked. */
function readTable() {
  const cities = new Map<string, City[]>();
  const zones = new Map<string, Set<string>>();
  for (const { city, city_ascii, iso2: country, timezone: timeZone, pop: population } of cityMapping) {
    // A few rows, of Antarctica and of disputed places, have no zone or no country's code.
    if (!timeZone || !/^[A-Z]{2}$/.test(country)) continue;
    for (const key of new Set([cityKey(city), cityKey(city_ascii)])) {
      cities.set(key, [...(cities.get(key) ?? []), { country, timeZone, population }]);
    }
    zones.set(country, (zones.get(country) ?? new Set()).add(timeZone));
  }
  return { cities, zones };
}

let table: ReturnType<typeof readTable> | undefined;

/**
 * The country and time zone of a city, as far as they are not named. Throws COUNTRY_UNKNOWN and TIME_ZONE_UNKNOWN for
 * what does not exist, CITY_UNKNOWN, and CITY_AMBIGUOUS with what there is to choose from.
 */
export function placeOf(city: string, named: { country: string; timeZone: string }): Place {
  if (named.country && !isCountry(named.country)) {
    throw new DomainError("COUNTRY_UNKNOWN", "ISO 3166-1 has no such country");
  }
  const timeZone = named.timeZone && timeZoneOf(named.timeZone);
  if (named.country && timeZone) return { country: named.country, timeZone };
  table ??= readTable();
  const candidates = (table.cities.get(cityKey(city)) ?? [])
    .filter((place) => !named.country || place.country === named.country)
    .filter((place) => !timeZone || place.timeZone === timeZone);
  return largest(candidates) ?? onlyZone(named.country) ?? unknown();
}

/** Where a city most likely lies: the most populous of its name. Undefined where the table has none. */
export function likelyPlaceOf(city: string): Place | undefined {
  table ??= readTable();
  return byPopulation(table.cities.get(cityKey(city)) ?? [])[0];
}

const byPopulation = (cities: readonly City[]) =>
  cities.toSorted((one, other) => other.population - one.population);

/** The place of the most populous; undefined without any. Throws CITY_AMBIGUOUS if others may be meant as well. */
function largest(cities: readonly City[]): Place | undefined {
  const [first, ...others] = byPopulation(cities);
  if (!first) return undefined;
  const { country, timeZone, population } = first;
  const rivals = others.filter(
    (other) =>
      (other.country !== country || other.timeZone !== timeZone) && other.population * DOMINANCE > population,
  );
  if (rivals.length === 0) return { country, timeZone };
  throw new DomainError("CITY_AMBIGUOUS", "there is more than one city of this name", {
    countries: listOf([first, ...rivals].map((city) => city.country)),
    timeZones: listOf([first, ...rivals].map((city) => city.timeZone)),
  });
}

const listOf = (texts: string[]) => [...new Set(texts)].join(",");

/** A country whose clocks all show the same gives its zone to places that the table does not have. */
function onlyZone(country: string): Place | undefined {
  const [timeZone, ...others] = table?.zones.get(country) ?? [];
  return timeZone && others.length === 0 ? { country, timeZone } : undefined;
}

function unknown(): never {
  throw new DomainError("CITY_UNKNOWN", "the country and time zone of this city have to be named");
}
