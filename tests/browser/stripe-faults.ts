import type { FaultKind } from "@ticketing/stripe-double/faults";
import type { BrowserMesh } from "./shared-mesh.ts";

/** Switches a fault of the Stripe double on for as long as the work takes. */
export async function withFault<T>(
  mesh: BrowserMesh,
  fault: { kind: FaultKind; operation: string },
  work: () => Promise<T>,
): Promise<T> {
  const faults = `${mesh.addresses.stripe}/control/faults`;
  await fetch(faults, { method: "POST", body: JSON.stringify(fault) });
  try {
    return await work();
  } finally {
    // Held webhooks are released with it.
    await fetch(faults, { method: "DELETE" });
  }
}
