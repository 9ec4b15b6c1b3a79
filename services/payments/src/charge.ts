import type { Payment } from "./payment.ts";
import { amountRefunded } from "./refunds.ts";

/** The buyer's charge, as far as it decides what of it the seller may get. Amounts in minor units. */
export interface Charge {
  /** Stripe's id. */
  id: string;
  received: number;
  /** Gone back, or on its way. */
  refunded: number;
  /** The bank has the money, or may get it. */
  disputed: boolean;
}

/** Ends of a dispute after which the money is ours. */
const OURS = ["won", "warning_closed"];

/** The charge of a payment that was just fetched. Stripe shows a charge as disputed for ever: how it ended we know. */
export function chargeOf(
  payment: Payment,
  shown: { id: string; disputed: boolean },
  received: number,
): Charge {
  const outcome = payment.disputeClosed?.outcome ?? "";
  return {
    id: shown.id,
    received,
    refunded: amountRefunded(payment.refunds),
    disputed: (shown.disputed || payment.disputedTime !== undefined) && !OURS.includes(outcome),
  };
}
