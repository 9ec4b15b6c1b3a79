import { expect, test } from "@jest/globals";
import { areSimilar } from "./names.ts";

test.each([
  ["The O2", "O2 Arena", true],
  ["O2", "the o2 arena", true],
  ["Madison Square Garden", "Madison Sq Garden", false],
  ["Wembley Stadium", "Wembley Arena", true],
  ["Royal Albert Hall", "Albert Hall", true],
  ["St. John's", "St Johns Church", true],
  ["Barclay Card Arena", "Barclaycard Arena", true],
  ["東京ドーム", "東京ドーム", true],
  ["東京ドーム", "日本武道館", false],
  ["The Arena", "The Hall", false],
  ["Hamlet", "HAMLET – Royal Shakespeare Company", true],
  ["Hamlet", "Macbeth", false],
  ["Coldplay Live", "Coldplay: Music of the Spheres Tour", true],
])("%s and %s may be the same: %s", (one, other, expected) => {
  expect(areSimilar(one, other)).toBe(expected);
  expect(areSimilar(other, one)).toBe(expected);
});
