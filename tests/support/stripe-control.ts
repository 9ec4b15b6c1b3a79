import type { Mesh } from "@ticketing/launcher/mesh";

/** One of the faults of the Stripe double; its `faults.ts` says what each kind does. */
export interface StripeFault {
  kind: string;
  /** A call such as `payment_intents.capture`, or a type of webhook. */
  operation: string;
  count?: number;
  /** Ids of PaymentIntents or orders: only calls that name one of them. */
  objects?: string[];
  milliseconds?: number;
  /** Of `refuse` and `reject`. */
  status?: number;
  type?: string;
  code?: string;
}

/** Calls the control API of the Stripe double, for what Stripe itself has no API. */
export async function control(
  mesh: Pick<Mesh, "addresses">,
  method: "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<void> {
  const response = await fetch(`${mesh.addresses.stripe}/control/${path}`, {
    method,
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the double refused ${path}: ${response.status}`);
}

/** Switches a fault on. */
export const injectFault = (mesh: Mesh, fault: StripeFault): Promise<void> =>
  control(mesh, "POST", "faults", fault);

/** The faults that no call has met yet, or not as often as they were to be. */
export async function faultsLeft({ addresses }: Mesh): Promise<StripeFault[]> {
  return (await (await fetch(`${addresses.stripe}/control/faults`)).json()) as StripeFault[];
}

/** Switches all faults off; held webhooks are sent. */
export const clearFaults = (mesh: Mesh): Promise<void> => control(mesh, "DELETE", "faults");
