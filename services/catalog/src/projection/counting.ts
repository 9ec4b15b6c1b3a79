import type { DatabaseSync } from "node:sqlite";
import { createKindCounting } from "./kind-counting.ts";
import { createOfferCounting, type OfferChange } from "./offer-counting.ts";

/** What of a listing is counted. */
export interface Counted {
  event: number;
  text: number;
  section: string;
  price: number;
  currency: string;
  /** When its event begins. */
  start: number;
  for_sale: number;
  held: number;
}

/** Keeps the counts of texts and events, and the words of the texts that have something for sale. */
export interface Counting {
  /**
   * A listing was `before` and is `after` at `now`, which its row says already; undefined where there was none. Nothing
   * is counted of an event that has begun: its counts are 0, or about to be.
   */
  count(before: Counted | undefined, after: Counted, now: number): void;
  /** The events have begun: nothing is for sale for them. */
  clearEvents(keys: readonly number[]): void;
}

export function createCounting(db: DatabaseSync): Counting {
  const changeText = db.prepare("UPDATE texts SET listed = listed + ? WHERE key = ? RETURNING listed");
  const findTokens = db.prepare("SELECT tokens FROM texts WHERE key = ?");
  const addWords = db.prepare("INSERT INTO words (rowid, tokens) VALUES (?, ?)");
  const removeWords = db.prepare("DELETE FROM words WHERE rowid = ?");
  const changeEvent = db.prepare(
    "UPDATE events SET listed = listed + ?, available = available + ? WHERE key = ?",
  );
  // A statement that names a column of an index writes the index: a lock changes none.
  const holdEvent = db.prepare("UPDATE events SET available = available + ? WHERE key = ?");
  const countKind = createKindCounting(db);
  const offers = createOfferCounting(db);
  const clearEvent = db.prepare("UPDATE events SET listed = 0, available = 0 WHERE key = ?");

  function countText(key: number, change: number): void {
    const listed = changeText.get(change, key)?.listed;
    if (listed === 0) {
      removeWords.run(key);
      countKind(key, -1);
    } else if (listed === change) {
      addWords.run(key, String(findTokens.get(key)?.tokens));
      countKind(key, 1);
    }
  }

  function countEvent(of: Counted, change: OfferChange): void {
    if (change.listed === 0) holdEvent.run(change.available, of.event);
    else changeEvent.run(change.listed, change.available, of.event);
    offers.count(of, change);
  }

  return {
    count(before, after, now) {
      const was = before?.for_sale ? before : undefined;
      const is = after.for_sale ? after : undefined;
      if (was?.text !== is?.text) {
        if (was) countText(was.text, -1);
        if (is) countText(is.text, 1);
      }
      if (was && is && isSameOffer(was, is)) {
        const available = was.held - is.held;
        if (available !== 0 && is.start > now) countEvent(is, { listed: 0, available });
        return;
      }
      if (was && was.start > now) countEvent(was, { listed: -1, available: was.held - 1 });
      if (is && is.start > now) countEvent(is, { listed: 1, available: 1 - is.held });
    },
    clearEvents(keys) {
      for (const key of keys) {
        clearEvent.run(key);
        offers.clear(key);
      }
    },
  };
}

/** Whether both are counted at the same place, held or not. */
const isSameOffer = (a: Counted, b: Counted): boolean =>
  a.event === b.event &&
  a.section === b.section &&
  a.price === b.price &&
  a.currency === b.currency &&
  a.start === b.start;
