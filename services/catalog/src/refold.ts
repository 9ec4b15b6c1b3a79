import type { Logger } from "@ticketing/runtime/process/log";
import type { ListingStore } from "./listing-store.ts";

const BATCH = 200;
const EVERY_MS = 60_000;

/**
 * Folds what older releases wrote by other rules, now and every minute: while replicas are replaced one by one, an old
 * one goes on writing. Search finds a listing by its old words until its turn. Returns what stops it.
 */
export function keepFolded(store: Pick<ListingStore, "refold">, log: Logger): () => Promise<void> {
  let stopped = false;
  const pass = async () => {
    let folded = 0;
    for (let found = BATCH; found === BATCH && !stopped; folded += found) found = await store.refold(BATCH);
    if (folded > 0) log.info({ folded }, "folded listings of an older release anew");
  };
  let running = Promise.resolve();
  const run = () => {
    running = running.then(pass).catch((err: unknown) => log.warn({ err }, "could not fold listings anew"));
  };
  run();
  const timer = setInterval(run, EVERY_MS);
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
  };
}
