import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "./log.ts";

const WAIT_MS = 500;

/** Tries until it works: for a dependency without which a process cannot begin. */
export async function retrying<T>(work: () => Promise<T>, log: Logger, dependency: string): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error, dependency }, "not there yet");
      await sleep(WAIT_MS);
    }
  }
}
