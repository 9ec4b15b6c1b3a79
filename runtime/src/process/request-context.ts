import { AsyncLocalStorage } from "node:async_hooks";

/** The id of the request that the current code works for. */
const storage = new AsyncLocalStorage<string | undefined>();

export const currentRequestId = (): string | undefined => storage.getStore();

/** Runs the work so that its logs and calls carry the request's id. */
export const withRequestId = <T>(id: string | undefined, work: () => T): T => storage.run(id, work);
