import type { DatabaseSync } from "node:sqlite";

/** A text as kinds of events are counted by it. */
interface Kind {
  event: number;
  start: number;
  category: number;
  place: number;
}

/**
 * Keeps the kinds of events that have something for sale: to be told of each text that has something for sale for the
 * first time (1) or nothing any more (-1).
 */
export function createKindCounting(db: DatabaseSync): (text: number, change: 1 | -1) => void {
  const findKind = db.prepare(
    `SELECT t.event, e.start, t.category, t.place FROM texts t JOIN events e ON e.key = t.event
     WHERE t.key = ?`,
  );
  const add = db.prepare(
    `INSERT INTO event_kinds (category, city, start, event, texts) VALUES (?, ?, ?, ?, 1)
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
  function count(kind: readonly [number, number, number, number], change: 1 | -1): boolean {
    if (change === 1) return add.get(...kind)?.texts === 1;
    const isLast = takeOne.get(...kind)?.texts === 0;
    if (isLast) remove.run(...kind);
    return isLast;
  }

  return (text, change) => {
    // The columns that it selects.
    const { event, start, category, place } = findKind.get(text) as unknown as Kind;
    count([category, place, start, event], change);
    count([category, 0, start, event], change);
    count([0, 0, start, event], change);
    if (count([0, place, start, event], change)) countCity.run(change, place);
  };
}
