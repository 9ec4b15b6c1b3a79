import { randomUUID } from "node:crypto";
import { link, rename, rm, writeFile } from "node:fs/promises";

/** Replaces a file in one step, readable by its owner only: no process meets half of it, and none is left when this ends. */
export const replaceFile = (path: string, text: string): Promise<void> =>
  put(path, text, (draft) => rename(draft, path));

/** Makes a file in one step, readable by its owner only. Throws EEXIST where there is one. */
export const createFile = (path: string, text: string): Promise<void> =>
  put(path, text, (draft) => link(draft, path));

async function put(path: string, text: string, place: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await place(draft);
  } finally {
    await rm(draft, { force: true });
  }
}
