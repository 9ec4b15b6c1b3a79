import { condition, defineSignal, proxyLocalActivities, setHandler } from "@temporalio/workflow";
import type { FloorActivities } from "./worker.ts";

const { nothing } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: "1m" });

/** Tells the workflow to go on to its end. */
export const goOn = defineSignal("goOn");

/** The least that an order's lifecycle could be: one local activity and a timer; a signal, four of them, and the end. */
export async function floor(): Promise<void> {
  let told = false;
  setHandler(goOn, () => {
    told = true;
  });
  await nothing();
  await condition(() => told, "1h");
  for (let n = 0; n < 4; n++) await nothing();
}
