import { setHandler } from "@temporalio/workflow";
import { somethingChanged } from "./order-lifecycle/messages.ts";

/** Whether a signal came since somebody last cared. */
export interface ChangeSignal {
  received: boolean;
}

/** Notes that the order or its payment changed. Called first: what comes earlier is noted then. */
export function handleChangeSignal(): ChangeSignal {
  const signal = { received: false };
  setHandler(somethingChanged, () => {
    signal.received = true;
  });
  return signal;
}
