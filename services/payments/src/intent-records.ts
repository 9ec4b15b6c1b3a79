import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import {
  type IntentRecordSchema,
  IntentStatus,
} from "@ticketing/proto/payments/v1/payment_lifecycle_service";
import type { Reason } from "@ticketing/proto/reason";
import type { RecordSelection } from "@ticketing/proto/type/v1/record_selection";
import { DomainError } from "@ticketing/runtime/domain-error";
import type { PaymentStore } from "./payment-store.ts";
import type { IntentEntry, StripeGateway } from "./stripe-gateway.ts";
import { orUnavailable } from "./stripe-unavailable.ts";

const DEFAULT_PAGE_SIZE = 20;
const statuses: Record<IntentEntry["status"], IntentStatus> = {
  open: IntentStatus.OPEN,
  requires_capture: IntentStatus.REQUIRES_CAPTURE,
  succeeded: IntentStatus.SUCCEEDED,
  canceled: IntentStatus.CANCELED,
};

/** What Stripe's own books say, for whoever compares them with ours. */
export type IntentRecords = ReturnType<typeof createIntentRecords>;

export function createIntentRecords(deps: { payments: PaymentStore; stripe: StripeGateway }) {
  const { payments, stripe } = deps;

  async function read(
    selection: RecordSelection | undefined,
  ): Promise<{ entries: (IntentEntry | undefined)[]; next?: string }> {
    if (selection?.selection.case === "named") {
      return { entries: await Promise.all(selection.selection.value.ids.map(stripe.find)) };
    }
    const span = selection?.selection.value;
    if (!span?.since || !span.until) throw new Error("a validated selection names its records");
    const [since, until] = [timestampDate(span.since), timestampDate(span.until)];
    // Stripe's own cursor: the last id of the page before.
    return stripe.list({ since, until, limit: span.pageSize || DEFAULT_PAGE_SIZE, after: span.pageToken });
  }

  return {
    /** The selected PaymentIntents that name an order. Throws STRIPE_UNAVAILABLE. */
    async select(selection: RecordSelection | undefined) {
      const { entries, next } = await orUnavailable(read(selection));
      const ours = entries.filter((entry) => entry !== undefined).filter(({ orderId }) => orderId !== "");
      return { intents: ours.map(intentRecord), nextPageToken: next ?? "" };
    },

    /** Cancels what no payment knows. Throws INTENT_KNOWN, ALREADY_CAPTURED or STRIPE_UNAVAILABLE. */
    async release(intentId: string): Promise<void> {
      if (await payments.findByIntent(intentId)) {
        throw refuse("INTENT_KNOWN", "this PaymentIntent is a payment's: void that");
      }
      const before = await orUnavailable(stripe.find(intentId));
      if (!before || before.status === "canceled") return;
      if (before.status === "succeeded") throw refuse("ALREADY_CAPTURED", "the money was taken already");
      await orUnavailable(stripe.cancel(intentId, `${before.orderId}:orphan:${intentId}`));
    },
  };
}

const refuse = (reason: Reason, message: string) => new DomainError(Code.FailedPrecondition, reason, message);

function intentRecord(entry: IntentEntry): MessageInitShape<typeof IntentRecordSchema> {
  const { id, orderId, currency } = entry;
  return {
    id,
    orderId,
    status: statuses[entry.status],
    amount: BigInt(entry.amount),
    currency,
    amountReceived: BigInt(entry.amountReceived),
    amountRefunded: BigInt(entry.amountRefunded),
  };
}
