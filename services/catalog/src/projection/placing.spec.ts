import { describe, expect, test } from "@jest/globals";
import { eventId } from "./placing.ts";

const idOf = (title: string, venue: string, city: string): string =>
  eventId({ title, venue, city, start: Date.UTC(2030, 0, 1, 20) });

/** Ids that were given: addresses and bookmarks hold them. */
const given = [
  ["Jazz Night", "Blue Note", "New York", "dSuSr2dsRfSFDckoyQ414K"],
  ["서울재즈페스티벌", "올림픽공원", "서울", "OHfp0xvrN0W2VvEfivSgbV"],
  ["ガンダム展", "東京ドーム", "東京", "WsOpis1XvVdtZizJXfkBK9"],
  ["Straßenfest", "Gemäuer", "München", "cAgzRXTKEOEDnniagp0W7D"],
  ["ㅋㅋ 개그", "홍대", "서울", "sMgg9dpap5zrRZvu78oPFJ"],
  ["கொச்சி இசை", "മൈതാനം", "কলকাতা", "7uhapxXAl9XddxdkQiacez"],
] as const;

describe("an event's id", () => {
  test.each(given)("of %s, %s, %s stays the same", (title, venue, city, id) => {
    expect(idOf(title, venue, city)).toBe(id);
    const decomposed = [title, venue, city].map((text) => text.normalize("NFD")) as [string, string, string];
    expect(idOf(...decomposed)).toBe(id);
  });
});
