import type { DatabaseSync } from "node:sqlite";

/** A text as kinds of events are counted by it. */
interface Kind {
  event: number;
  start: number;
  day: number;
  category: number;
  place: number;
}

/**
 * Keeps the kinds of events that have something for sale: to be told of each text that has something for sale for the
 * first time (1) or nothing any more (-1).
 */
export function createKindCounting(db: DatabaseSync): (text: number, change: 1 | -1) => void {
  const findKind = db.prepare(
    `SELECT t.event, e.start, e.day, t.category, t.place FROM texts t JOIN events e ON e.key = t.event
     WHERE t.key = ?`,
  );
  const add = db.prepare(
    `INSERT INTO event_kinds (category, city, start, event, day, texts) VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET texts = texts + 1 RETURNING texts`,
  );
  const takeOne = db.prepare(
    `UPDATE event_kinds SET texts = texts - 1 WHERE category = ? AND city = ? AND start = ? AND event = ?
     RETURNING texts`,
  );
  const remove = db.prepare(
    "DELETE FROM event_kinds WHERE category = ? AND city = ? AND start = ? AND event = ?",
  );
  const countCity = db.prepare("UPDATE cities SET listed = listed + ? WHERE key = ?");

  /** Gives whether that is the first text of the kind, or was the last. */
  function count(kind: Kind, category: number, place: number, change: 1 | -1): boolean {
    const key = [category, place, kind.start, kind.event] as const;
    if (change === 1) return add.get(...key, kind.day)?.texts === 1;
    const isLast = takeOne.get(...key)?.texts === 0;
    if (isLast) remove.run(...key);
    return isLast;
  }

  return (text, change) => {
    // The columns that it selects.
    const kind = findKind.get(text) as unknown as Kind;
    const { category, place } = kind;
    count(kind, category, place, change);
    count(kind, category, 0, change);
    count(kind, 0, 0, change);
    if (count(kind, 0, place, change)) countCity.run(change, place);
  };
}
