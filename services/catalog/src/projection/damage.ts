import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** https://sqlite.org/rescode.html */
const [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB] = [1, 11, 26];
/** PERM, BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. */
const UNWRITABLE = [3, 5, 6, 8, 10, 13, 14];

/** SQLite's primary code of an error. */
function codeOf(error: unknown): number {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return Number(errcode ?? 0) & 0xff;
}

/** Whether a statement failed because the file is damaged, and not for want of space, rights or a free lock. */
export const isDamage = (error: unknown): boolean => [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error));

/** Whether a statement failed for want of space, rights or a free lock: it may be done later. */
export const isUnwritable = (error: unknown): boolean => UNWRITABLE.includes(codeOf(error));

/** Whether a file cannot be begun with: it is damaged, or has not our tables. */
export const isOfNoUse = (error: unknown): boolean => isDamage(error) || codeOf(error) === SQLITE_ERROR;

/** What is wrong with a file; undefined: nothing that shows, or there is none. It takes some 3 s with a million listings. */
export function damageOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    const [fault] = db.prepare("PRAGMA quick_check(1)").all();
    return fault?.quick_check === "ok" ? undefined : String(fault?.quick_check);
  } catch (error) {
    if (isOfNoUse(error)) return String(error);
    throw error;
  } finally {
    db?.close();
  }
}
