import { readFile } from "node:fs/promises";
import type { Logger } from "./log.ts";

/** How often the files are read again. They are small, and their content decides: no clock, inode or link has to. */
const POLL_MS = 2000;

/** What files say, renewed when they change. */
export interface WatchedFiles<T> {
  /** What the newest content says that could be parsed. */
  current(): T;
  /** Reads the file at once instead of within seconds, for callers that met something missing in `current`. */
  refresh(): Promise<void>;
  /** Stops watching; `current` does not change any more. */
  close(): void;
}

export interface WatchOptions {
  log: Pick<Logger, "info" | "error">;
  pollMs?: number;
}

/**
 * The content of files that belong together, such as a certificate and its key, read again while the process runs:
 * on one machine they are rewritten, and a cluster swaps a link of the volume. Content that is half of two states or
 * broken, which `parse` throws for, is logged once, and what was read before it stays. Errors of `parse` are logged,
 * so they must not quote a secret. Rejects if the first content cannot be read or parsed.
 */
export async function watchFiles<T>(
  paths: readonly string[],
  parse: (...contents: string[]) => T | Promise<T>,
  { log, pollMs = POLL_MS }: WatchOptions,
): Promise<WatchedFiles<T>> {
  const read = () => Promise.all(paths.map((path) => readFile(path, "utf8")));
  let contents = await read();
  let value = await named(paths, async () => parse(...contents));
  let unreadable = false;
  let closed = false;

  async function renew(): Promise<void> {
    try {
      const next = await read();
      unreadable = false;
      if (next.every((content, index) => content === contents[index])) return;
      contents = next;
    } catch (error) {
      // Also while a link is being swapped: told once, looked at again.
      if (!unreadable) log.error({ err: error, paths }, "a file cannot be read; its last content stays");
      unreadable = true;
      return;
    }
    try {
      value = await parse(...contents);
      log.info({ paths }, "a file has new content");
    } catch (error) {
      log.error({ err: error, paths }, "a file has bad content; what it said before stays");
    }
  }

  let running: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    running ??= renew().finally(() => {
      running = undefined;
    });
    return running;
  };
  let timer = setTimeout(poll, pollMs).unref();
  async function poll(): Promise<void> {
    await refresh();
    if (!closed) timer = setTimeout(poll, pollMs).unref();
  }

  return {
    current: () => value,
    refresh,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** The content of one file, as `watchFiles`. */
export const watchFile = <T>(
  path: string,
  parse: (content: string) => T | Promise<T>,
  options: WatchOptions,
): Promise<WatchedFiles<T>> => watchFiles([path], parse, options);

/** Adds the path of the file to the error of a start with bad content. */
async function named<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${paths.join(", ")}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
