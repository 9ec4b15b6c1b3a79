import type Stripe from "stripe";
import type { ShownDispute } from "./disputes.ts";

/** A dispute of Stripe's, in our words. */
export function shownDispute(dispute: Stripe.Dispute): ShownDispute {
  const { id, reason, amount, currency, status, evidence_details: evidence } = dispute;
  return {
    ...{ id, reason, status, createTime: new Date(dispute.created * 1000) },
    amount: { minorUnits: amount, currency: currency.toUpperCase() },
    // Stripe writes 0 or nothing where the bank takes no evidence.
    ...(evidence.due_by && { evidenceDueTime: new Date(evidence.due_by * 1000) }),
    evidenceSubmitted: evidence.submission_count > 0,
  };
}
