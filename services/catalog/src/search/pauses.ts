import { setImmediate } from "node:timers/promises";

/** What takes long is done in steps of so long. */
const STEP_MS = 4;

/** To be called between the parts of something long: lets the process do what else is due when a step is over. */
export type Pause = () => Promise<void>;

export function createPauses(): Pause {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun <= STEP_MS) return;
    await setImmediate();
    begun = performance.now();
  };
}
