import { z } from "zod";
import { ApiError, invalid, missing } from "./api-error.ts";
import { refunded, refundFailed } from "./balance.ts";
import { isChargedBack } from "./disputes.ts";
import { newId } from "./ids.ts";
import { page } from "./listing.ts";
import type { Charge, Refund } from "./objects.ts";
import { type Call, emit, type Operation, operation } from "./operation.ts";
import { common, integer, listing, mergeMetadata, metadata } from "./parameters.ts";
import { behaviourOf } from "./payment-methods.ts";

const createSchema = z.strictObject({
  ...common,
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  amount: integer.optional(),
  reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
  metadata: metadata.optional(),
});

/** docs.stripe.com/api/refunds/create: once in full, or in parts up to what was captured. */
function createRefund(call: Call, parameters: z.output<typeof createSchema>): Refund {
  const charge = refundable(call, parameters);
  const method = call.state.paymentMethods.get(charge.payment_method);
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = parameters.amount ?? left;
  if (charge.refunded) {
    throw new ApiError(400, `Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
    });
  }
  if (isChargedBack(call, charge)) {
    throw new ApiError(400, `Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
    });
  }
  if (amount < 1 || amount > left) {
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      "amount",
    );
  }
  const id = newId("re");
  const refund = call.state.refunds.put({
    id,
    object: "refund",
    amount,
    balance_transaction: refunded(call, { id, amount, currency: charge.currency }),
    charge: charge.id,
    created: call.now,
    currency: charge.currency,
    metadata: mergeMetadata({}, parameters.metadata),
    payment_intent: charge.payment_intent,
    reason: parameters.reason ?? null,
    failure_reason: null,
    // docs.stripe.com/testing#refunds: which test cards' refunds wait first.
    status: method && behaviourOf(call, method).refundPending ? "pending" : "succeeded",
  });
  emit(call, "refund.created", refund);
  emit(call, "charge.refunded", giveBack(call, charge, amount));
  emit(call, "refund.updated", refund);
  return refund;
}

/** The charge with that much more of it refunded; negative: less. */
function giveBack(call: Call, charge: Charge, amount: number): Charge {
  const total = charge.amount_refunded + amount;
  return call.state.charges.put({
    ...charge,
    amount_refunded: total,
    refunded: total === charge.amount_captured,
  });
}

/**
 * What becomes of a refund later: a pending one succeeds, or waits for the customer; any fails, also one that had
 * succeeded, and the money is the account's again (docs.stripe.com/refunds#failed-refunds).
 */
export function settleRefund(
  call: Call,
  refund: Refund,
  outcome: { status: Refund["status"]; failure_reason?: string },
): Refund {
  if (refund.status === "failed" || refund.status === "canceled") {
    throw new ApiError(400, `The refund ${refund.id} is ${refund.status}.`);
  }
  const failed = outcome.status === "failed" || outcome.status === "canceled";
  const settled = call.state.refunds.put({
    ...refund,
    status: outcome.status,
    ...(failed && { failure_balance_transaction: refundFailed(call, refund) }),
    failure_reason: outcome.status === "failed" ? (outcome.failure_reason ?? "unknown") : null,
  });
  const charge = call.state.charges.get(refund.charge);
  if (failed && charge) giveBack(call, charge, -refund.amount);
  // docs.stripe.com/api/events/types: an update has two names, a failure one of its own besides.
  for (const type of ["charge.refund.updated", "refund.updated"]) emit(call, type, settled);
  if (outcome.status === "failed") emit(call, "refund.failed", settled);
  return settled;
}

function refundable(
  call: Call,
  { charge: chargeId, payment_intent: intentId }: z.output<typeof createSchema>,
): Charge {
  if ((chargeId === undefined) === (intentId === undefined)) {
    throw invalid(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  const intent = intentId === undefined ? undefined : call.state.paymentIntents.get(intentId);
  if (intentId !== undefined && !intent) throw missing("payment_intent", intentId, "payment_intent");
  const charge = call.state.charges.get(chargeId ?? intent?.latest_charge ?? "");
  if (!charge && chargeId !== undefined) throw missing("charge", chargeId, "charge");
  if (!charge?.captured) {
    throw new ApiError(
      400,
      `This PaymentIntent (${intentId ?? charge?.payment_intent}) does not have a successful charge to refund.`,
    );
  }
  return charge;
}

export const refundOperations: Operation[] = [
  operation(
    { name: "refunds.create", method: "POST", path: "/v1/refunds", schema: createSchema },
    createRefund,
  ),
  operation(
    {
      name: "refunds.list",
      method: "GET",
      path: "/v1/refunds",
      schema: z.strictObject({
        ...listing,
        charge: z.string().optional(),
        payment_intent: z.string().optional(),
      }),
    },
    (call, { charge, payment_intent, ...paging }) => {
      const matches = (refund: Refund) =>
        (charge ?? refund.charge) === refund.charge &&
        (payment_intent ?? refund.payment_intent) === refund.payment_intent;
      return page(call.state.refunds.all().filter(matches), paging, "/v1/refunds");
    },
  ),
  operation(
    { name: "refunds.retrieve", method: "GET", path: "/v1/refunds/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => {
      const refund = call.state.refunds.get(id);
      if (!refund) throw missing("refund", id);
      return refund;
    },
  ),
];
