import { defineSignal } from "@temporalio/workflow";

/** The order or its payment changed: read them again. A hint; it says nothing else and may come twice. */
export const somethingChanged = defineSignal("somethingChanged");
