import type Stripe from "stripe";
import { z } from "zod";
import type { IntentSnapshot } from "./observe-intent.ts";

const MAX_ID = 100;

/** A PaymentIntent as Stripe's books have it; amounts in minor units. */
export interface IntentEntry extends Pick<IntentSnapshot, "id" | "status"> {
  /** The mesh that it was made by; empty when it names none. */
  meshId: string;
  /** The order that it was made for; empty when it names none. */
  orderId: string;
  amount: number;
  /** ISO 4217 code, upper case. */
  currency: string;
  amountReceived: number;
  amountRefunded: number;
}

/** What of a listed PaymentIntent can be told: its entry, or why it has none. Whose it is shows in any case. */
export type ReadEntry =
  | { id: string; meshId: string; entry: IntentEntry }
  | { id: string; meshId: string; problem: string };

const amount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** What one of ours looks like. Others on the account may look otherwise, and metadata can be edited by hand. */
const schema = z.object({
  amount,
  currency: z.string().regex(/^[a-zA-Z]{3}$/),
  amount_received: amount,
  status: z.string(),
  metadata: z.object({ order_id: z.string().min(1).max(MAX_ID) }),
  latest_charge: z.object({ amount_refunded: amount }).or(z.string()).nullish(),
});

/** Reads a PaymentIntent that Stripe listed. `latest_charge` is expanded. */
export function readEntry(intent: Stripe.PaymentIntent): ReadEntry {
  const { id } = intent;
  const meshId = textOf(metadataOf(intent).mesh_id);
  const read = schema.safeParse(intent);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { id, meshId, problem: `${issue?.path.join(".") || "it"}: ${issue?.message ?? "not readable"}` };
  }
  const { metadata, currency, amount_received: amountReceived, latest_charge: charge, status } = read.data;
  const entry = {
    id,
    meshId,
    status: statusOf(status),
    orderId: metadata.order_id,
    amount: read.data.amount,
    currency: currency.toUpperCase(),
    amountReceived,
    // Releasing a hold also counts as refunded there: only captured money can go back.
    amountRefunded: amountReceived > 0 && charge && typeof charge === "object" ? charge.amount_refunded : 0,
  };
  return { id, meshId, entry };
}

const known: Record<string, IntentSnapshot["status"]> = {
  requires_capture: "requires_capture",
  succeeded: "succeeded",
  canceled: "canceled",
};

/** Everything that waits for the buyer or the bank is open. https://docs.stripe.com/payments/paymentintents/lifecycle */
export const statusOf = (status: string): IntentSnapshot["status"] => known[status] ?? "open";

/** Stripe documents text by key; what an account's other users send through it is not ours to trust. */
const metadataOf = ({ metadata }: { metadata: unknown }): Record<string, unknown> =>
  typeof metadata === "object" && metadata !== null ? (metadata as Record<string, unknown>) : {};

/** A value of another type is no id of ours, and not the same as none. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
