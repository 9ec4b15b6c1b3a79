import type { DatabaseSync } from "node:sqlite";
import { nameKey } from "@ticketing/runtime/text/fold";
import { cityTokens } from "./tokens.ts";

/** Gives the key of a city's row, which it makes when it is not there. */
export function createCities(db: DatabaseSync): (city: string) => number {
  const find = db.prepare("SELECT key FROM cities WHERE tokens = ?");
  const add = db.prepare("INSERT INTO cities (tokens, name_key, name) VALUES (?, ?, ?)");
  const addToken = db.prepare("INSERT OR IGNORE INTO city_tokens (token, city) VALUES (?, ?)");
  return (city) => {
    const tokens = cityTokens(city).sort();
    const found = find.get(tokens.join(" "));
    if (found) return Number(found.key);
    const key = Number(add.run(tokens.join(" "), nameKey(city), city).lastInsertRowid);
    for (const token of tokens) addToken.run(token, key);
    return key;
  };
}
