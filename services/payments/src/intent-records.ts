import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type IntentRecordSchema,
  IntentStatus,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import { badPageToken } from "@ticketing/runtime/documents/page-token";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { someAtOnce } from "@ticketing/runtime/process/some-at-once";
import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import { orUnavailable, passing } from "@ticketing/runtime/stripe/stripe-unavailable";
import type { IntentEntry, ReadEntry } from "./intent-entry.ts";
import { notOurs, ownsIntent } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import type { PaymentStore } from "./payment-store.ts";
import { spanAtStripe } from "./span-at-stripe.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Stripe counts calls by the second: a hundred at once would be too many beside what buyers need. */
const AT_ONCE = 10;
const statuses: Record<IntentEntry["status"], IntentStatus> = {
  open: IntentStatus.OPEN,
  requires_capture: IntentStatus.REQUIRES_CAPTURE,
  succeeded: IntentStatus.SUCCEEDED,
  canceled: IntentStatus.CANCELED,
};

/** What Stripe's own books say, for whoever compares them with ours. */
export type IntentRecords = ReturnType<typeof createIntentRecords>;

export function createIntentRecords(deps: {
  payments: PaymentStore;
  stripe: StripeGateway;
  mesh: MeshIdentity;
}) {
  const { payments, stripe, mesh } = deps;

  async function read(
    selection: RecordSelection | undefined,
  ): Promise<{ entries: (ReadEntry | undefined)[]; next?: string }> {
    if (selection?.selection.case === "named") {
      const { ids } = selection.selection.value;
      return { entries: await someAtOnce(ids, AT_ONCE, stripe.find) };
    }
    const span = selection?.selection.value;
    if (!span) throw new Error("a validated selection names its records");
    const page = await stripe.list(await spanAtStripe(mesh, span));
    if (!page) throw badPageToken();
    return page;
  }

  async function onlyOurs(entries: ReadEntry[]): Promise<ReadEntry[]> {
    const unmarked = entries.filter(({ meshId }) => meshId === "").map(({ id }) => id);
    const [own, naming] = await Promise.all([mesh.read(), payments.findByIntents(unmarked)]);
    const payment = new Map(naming.map((each) => [each.intentId, each]));
    return entries.filter((entry) => ownsIntent(own, entry, payment.get(entry.id)));
  }

  /** Whether it can hold no money any more. Throws unless it is one that this mesh may cancel. */
  async function isReleased(intentId: string): Promise<boolean> {
    const found = await orUnavailable(stripe.find(intentId));
    if (!found) return true;
    if (!ownsIntent(await mesh.readToWrite(), found, undefined)) throw notOurs();
    if (!("entry" in found)) throw new DomainError("INTENT_UNREADABLE", found.problem);
    const { status } = found.entry;
    if (status === "succeeded") throw new DomainError("ALREADY_CAPTURED", "the money was taken already");
    return status === "canceled";
  }

  return {
    /** The selected PaymentIntents of this mesh. Throws BAD_PAGE_TOKEN or STRIPE_UNAVAILABLE. */
    async select(selection: RecordSelection | undefined) {
      const { entries, next } = await orUnavailable(read(selection));
      const ours = await onlyOurs(entries.filter((entry) => entry !== undefined));
      const intents = ours.flatMap((read) => ("entry" in read ? [intentRecord(read.entry)] : []));
      const unreadable = ours.flatMap((read) => ("problem" in read ? [read] : []));
      return {
        intents,
        unreadable: unreadable.map(({ id, problem }) => ({ id, problem })),
        nextPageToken: next ?? "",
      };
    },

    /**
     * Cancels what no payment knows and this mesh made. A cancel that fails is followed by a look: it may have
     * happened, or another call did it. Throws INTENT_KNOWN, INTENT_NOT_OURS, INTENT_UNREADABLE, ALREADY_CAPTURED,
     * PAYMENTS_SUSPENDED or STRIPE_UNAVAILABLE.
     */
    async release(intentId: string): Promise<void> {
      if (await payments.findByIntent(intentId)) {
        throw new DomainError("INTENT_KNOWN", "this PaymentIntent is a payment's: void that");
      }
      if (await isReleased(intentId)) return;
      try {
        await stripe.cancel(intentId);
      } catch (error) {
        if (!(error instanceof StripeFailure)) throw error;
        // One more call would only add to what is too much already.
        if (error.kind !== "limited" && (await isReleased(intentId))) return;
        throw passing(error);
      }
    },
  };
}

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
