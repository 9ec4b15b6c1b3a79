import { z } from "zod";
import { ApiError, invalid, missing } from "./api-error.ts";
import { reinstated, withdrawn } from "./balance.ts";
import { newId } from "./ids.ts";
import { page } from "./listing.ts";
import type { Charge, Dispute } from "./objects.ts";
import { type Call, emit, type Operation, operation } from "./operation.ts";
import { common, flag, listing, mergeMetadata, metadata } from "./parameters.ts";

/** How long evidence may be submitted unless told: docs.stripe.com/disputes/responding has 7 to 21 days by card network. */
const RESPONSE_S = 7 * 86_400;

/** How a dispute ends: docs.stripe.com/api/disputes/object#dispute_object-status */
export const outcomes = ["won", "lost", "warning_closed"] as const;

/** What is asked for of an inquiry's beginning, and of a dispute's. */
interface Beginning {
  reason: string;
  /** A warning: nothing is withdrawn yet. docs.stripe.com/disputes/how-disputes-work#inquiries */
  inquiry?: boolean | undefined;
  /** Unix seconds. */
  due_by?: number | undefined;
}

/** A dispute takes the money back and alerts the account (docs.stripe.com/disputes/how-disputes-work). */
export function openDispute(call: Call, disputed: Charge, { reason, inquiry, due_by }: Beginning): Dispute {
  call.state.charges.put({ ...disputed, disputed: true });
  const moved = {
    id: newId("du"),
    amount: disputed.amount_captured - disputed.amount_refunded,
    currency: disputed.currency,
  };
  const dispute = call.state.disputes.put({
    ...moved,
    object: "dispute",
    balance_transactions: inquiry ? [] : [withdrawn(call, moved)],
    charge: disputed.id,
    created: call.now,
    evidence: {},
    evidence_details: {
      due_by: due_by ?? call.now + RESPONSE_S,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: inquiry === true,
    livemode: false,
    metadata: {},
    payment_intent: disputed.payment_intent,
    reason,
    status: inquiry ? "warning_needs_response" : "needs_response",
  });
  emit(call, "charge.dispute.created", dispute);
  if (!inquiry) emit(call, "charge.dispute.funds_withdrawn", dispute);
  return dispute;
}

/** An inquiry becomes a dispute: only now the money is taken back (docs.stripe.com/disputes/how-disputes-work#inquiries). */
export function escalateDispute(call: Call, dispute: Dispute): Dispute {
  if (!dispute.status.startsWith("warning_")) throw invalid("This dispute is not an inquiry.");
  const escalated = call.state.disputes.put({
    ...dispute,
    balance_transactions: [withdrawn(call, dispute)],
    is_charge_refundable: false,
    status: "needs_response",
  });
  emit(call, "charge.dispute.updated", escalated);
  emit(call, "charge.dispute.funds_withdrawn", escalated);
  return escalated;
}

/** The bank gives another time to answer (docs.stripe.com/api/events/types#event_types-charge.dispute.updated). */
export function changeDueBy(call: Call, dispute: Dispute, dueBy: number): Dispute {
  const details = { ...dispute.evidence_details, due_by: dueBy };
  const changed = call.state.disputes.put({ ...dispute, evidence_details: details });
  emit(call, "charge.dispute.updated", changed);
  return changed;
}

/** A dispute comes to its end; won, the money is the account's again (docs.stripe.com/disputes/how-disputes-work). */
export function closeDispute(call: Call, dispute: Dispute, status: (typeof outcomes)[number]): Dispute {
  const back = status === "won" ? [reinstated(call, dispute)] : [];
  const closed = call.state.disputes.put({
    ...dispute,
    balance_transactions: [...(dispute.balance_transactions ?? []), ...back],
    status,
    is_charge_refundable: status !== "lost",
  });
  emit(call, "charge.dispute.closed", closed);
  if (status === "won") emit(call, "charge.dispute.funds_reinstated", closed);
  return closed;
}

/** Whether nobody has decided it yet. */
export const isOpen = ({ status }: Dispute): boolean => !outcomes.some((outcome) => outcome === status);

/** Whether a dispute keeps a charge from being refunded: one that took the money and is open, or lost. */
export const isChargedBack = ({ state }: Call, charge: Charge): boolean =>
  state.disputes.all().some((dispute) => dispute.charge === charge.id && !dispute.is_charge_refundable);

/** The fields that are texts; the others take files, which the double does not keep: docs.stripe.com/api/disputes/update */
const TEXTS = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy_disclosure",
  "cancellation_rebuttal",
  "customer_email_address",
  "customer_name",
  "customer_purchase_ip",
  "duplicate_charge_explanation",
  "duplicate_charge_id",
  "product_description",
  "refund_policy_disclosure",
  "refund_refusal_explanation",
  "service_date",
  "shipping_address",
  "shipping_carrier",
  "shipping_date",
  "shipping_tracking_number",
  "uncategorized_text",
] as const;
/** So many characters have all texts of a dispute together: docs.stripe.com/api/disputes/update */
const MAX_EVIDENCE = 150_000;

const updateSchema = z.strictObject({
  ...common,
  evidence: z.partialRecord(z.enum(TEXTS), z.string().max(20_000)).optional(),
  metadata: metadata.optional(),
  submit: flag.default(true),
});

/**
 * docs.stripe.com/api/disputes/update: evidence is kept, an empty text takes away what there was, and unless `submit` is
 * false all of it is sent to the bank, which takes it once (docs.stripe.com/api/disputes/object, `submission_count`);
 * after `due_by` too, though it may not arrive then (`past_due`). What it says can decide in test mode: docs.stripe.com/disputes/testing.
 */
function updateDispute(
  call: Call,
  { evidence, metadata: change, submit }: z.output<typeof updateSchema>,
  id: string,
): Dispute {
  const dispute = known(call, id);
  if (evidence && !dispute.status.endsWith("needs_response")) {
    throw new ApiError(400, "This dispute does not take evidence any more.", {
      code: "dispute_evidence_locked",
    });
  }
  const details = dispute.evidence_details;
  const isSent = evidence !== undefined && submit;
  const kept = Object.fromEntries(
    Object.entries({ ...dispute.evidence, ...evidence }).filter(([, text]) => text !== ""),
  );
  if (Object.values(kept).join("").length > MAX_EVIDENCE) {
    throw invalid(`The combined character count of all evidence is limited to ${MAX_EVIDENCE}.`);
  }
  const updated = call.state.disputes.put({
    ...dispute,
    evidence: kept,
    evidence_details: {
      ...details,
      has_evidence: details.has_evidence || evidence !== undefined,
      past_due: isSent ? call.now > (details.due_by ?? call.now) : details.past_due,
      submission_count: details.submission_count + (isSent ? 1 : 0),
    },
    metadata: mergeMetadata(dispute.metadata, change),
    status: isSent ? underReview(dispute) : dispute.status,
  });
  emit(call, "charge.dispute.updated", updated);
  if (isSent && evidence.uncategorized_text === "winning_evidence") return closeDispute(call, updated, "won");
  if (isSent && evidence.uncategorized_text === "losing_evidence") return closeDispute(call, updated, "lost");
  return updated;
}

/**
 * The loss is accepted: docs.stripe.com/api/disputes/close, by which the status "will change from needs_response to lost".
 * That page says nothing of others, which the double refuses.
 */
function acceptLoss(call: Call, id: string): Dispute {
  const dispute = known(call, id);
  if (dispute.status !== "needs_response") throw invalid("This dispute is not open, so it cannot be closed.");
  return closeDispute(call, { ...dispute, evidence: {} }, "lost");
}

const underReview = ({ status }: Dispute): Dispute["status"] =>
  status === "warning_needs_response" ? "warning_under_review" : "under_review";

function known(call: Call, id: string): Dispute {
  const dispute = call.state.disputes.get(id);
  if (!dispute) throw missing("dispute", id);
  return dispute;
}

export const disputeOperations: Operation[] = [
  operation(
    {
      name: "disputes.list",
      method: "GET",
      path: "/v1/disputes",
      schema: z.strictObject({
        ...listing,
        charge: z.string().optional(),
        payment_intent: z.string().optional(),
      }),
    },
    (call, { charge, payment_intent, ...paging }) =>
      page(
        call.state.disputes
          .all()
          .filter((dispute) => (charge ?? dispute.charge) === dispute.charge)
          .filter((dispute) => (payment_intent ?? dispute.payment_intent) === dispute.payment_intent),
        paging,
        "/v1/disputes",
      ),
  ),
  operation(
    { name: "disputes.retrieve", method: "GET", path: "/v1/disputes/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => known(call, id),
  ),
  operation(
    { name: "disputes.update", method: "POST", path: "/v1/disputes/:id", schema: updateSchema },
    updateDispute,
  ),
  operation(
    {
      name: "disputes.close",
      method: "POST",
      path: "/v1/disputes/:id/close",
      schema: z.strictObject(common),
    },
    (call, _parameters, id) => acceptLoss(call, id),
  ),
];
