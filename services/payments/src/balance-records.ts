import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  ChargeRecordSchema,
  MovementKind,
  type MovementRecordSchema,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import type { RecordSelection } from "@ticketing/proto/type/internal/v1/record_selection";
import { badPageToken } from "@ticketing/runtime/documents/page-token";
import { tellRecords } from "@ticketing/runtime/documents/select-records";
import { someAtOnce } from "@ticketing/runtime/process/some-at-once";
import { orUnavailable } from "@ticketing/runtime/stripe/stripe-unavailable";
import { ownsIntent, ownsPayment } from "./mesh.ts";
import type { MeshIdentity } from "./mesh-store.ts";
import { compareMovement, isTaken, type Movement, missingMovements, type ShownMovement } from "./movement.ts";
import type { Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { spanAtStripe } from "./span-at-stripe.ts";
import type { BalanceEntry, StripeBalance } from "./stripe-balance.ts";
import type { StripeGateway } from "./stripe-gateway.ts";

/** Stripe counts calls by the second: so many at once leave most of them to what moves money. */
const AT_ONCE = 5;

/** The platform's balance at Stripe beside payments, in both directions, for whoever compares them. */
export type BalanceRecords = ReturnType<typeof createBalanceRecords>;

export function createBalanceRecords(deps: {
  payments: Pick<PaymentStore, "findByIntents" | "findByOrders" | "select">;
  stripe: Pick<StripeGateway, "find">;
  balance: StripeBalance;
  mesh: Pick<MeshIdentity, "read">;
}) {
  const { payments, stripe, balance, mesh } = deps;

  async function read(
    selection: RecordSelection | undefined,
  ): Promise<{ entries: BalanceEntry[]; next?: string }> {
    if (selection?.selection.case === "named") {
      const found = await someAtOnce(selection.selection.value.ids, AT_ONCE, balance.find);
      return { entries: found.filter((entry) => entry !== undefined) };
    }
    const span = selection?.selection.value;
    if (!span) throw new Error("a validated selection names its records");
    const page = await balance.list(await spanAtStripe(mesh, span));
    if (!page) throw badPageToken();
    return page;
  }

  /** The PaymentIntents that are this mesh's, of those that no payment names. */
  async function orphansOf(intentIds: string[]): Promise<Set<string>> {
    const own = await mesh.read();
    const found = await someAtOnce(intentIds, AT_ONCE, stripe.find);
    const ours = found.filter((entry) => entry !== undefined && ownsIntent(own, entry, undefined));
    return new Set(ours.map((entry) => entry?.id ?? ""));
  }

  return {
    /** What moved the balance because of sales of this mesh. Throws BAD_PAGE_TOKEN, STRIPE_UNAVAILABLE or STRIPE_KEY_REFUSED. */
    async movements(selection: RecordSelection | undefined) {
      const { entries, next = "" } = await orUnavailable(read(selection));
      const own = await mesh.read();
      const intentIds = named(entries, ({ intentId }) => intentId);
      const [byIntent, byOrder] = await Promise.all([
        payments.findByIntents(intentIds),
        payments.findByOrders(named(entries, ({ orderId }) => orderId)),
      ]);
      const paymentOf = new Map(byIntent.map((payment) => [payment.intentId ?? "", payment]));
      const orderIds = new Set(byOrder.map(({ _id }) => _id));
      const orphans = await orUnavailable(orphansOf(intentIds.filter((id) => !paymentOf.has(id))));
      const movements = entries.flatMap((entry) => {
        const { intentId, orderId } = entry;
        // A transfer that names another order is another mesh's; one that names none a person made.
        if (isOfSeller(entry)) {
          if (orderId !== "" && !orderIds.has(orderId)) return [];
          return [record(entry, orderId, orderId === "" ? "it names no order" : "")];
        }
        const payment = paymentOf.get(intentId);
        if (payment) return ownsPayment(own, payment) ? [compared(entry, payment)] : [];
        return orphans.has(intentId)
          ? [record(entry, "", `no payment has the PaymentIntent ${intentId}`)]
          : [];
      });
      return { movements, nextPageToken: next };
    },

    /** Payments whose money was taken, with what Stripe does not have of them. Throws as `movements`. */
    async charges(selection: RecordSelection | undefined) {
      const { documents, nextPageToken } = await payments.select(selection);
      const own = await mesh.read();
      const taken = documents.filter((payment) => isTaken(payment) && ownsPayment(own, payment));
      const shown = new Map<string, Movement[]>();
      await someAtOnce(taken, AT_ONCE, async ({ _id, intentId = "" }) => {
        shown.set(_id, (await orUnavailable(balance.movedBy(intentId))) ?? []);
      });
      const { records: charges, unreadable } = tellRecords(ChargeRecordSchema, taken, (payment) => ({
        orderId: payment._id,
        missing: missingMovements(payment, shown.get(payment._id) ?? []),
      }));
      return { charges, unreadable, nextPageToken };
    },
  };
}

type MovementInit = MessageInitShape<typeof MovementRecordSchema>;

/** Whether it is between the platform and a seller: payouts knows of it. */
const isOfSeller = ({ kind }: BalanceEntry): boolean => kind === "transfer" || kind === "transfer_reversal";

/** A buyer's movement beside its payment. */
function compared(entry: BalanceEntry, payment: Payment): MovementInit {
  const shown = { ...entry, of: entry.kind === "charge" ? "" : entry.objectId } as ShownMovement;
  try {
    const { unbooked, differences } = compareMovement(payment, shown);
    return record(entry, payment._id, unbooked, differences);
  } catch (error) {
    // Somebody wrote past this service: that takes nothing from the others.
    return record(entry, payment._id, `its payment cannot be read: ${error}`);
  }
}

function record(
  { id, kind, objectId, intentId, amount, fee, currency }: BalanceEntry,
  orderId: string,
  unbooked: string,
  differences: string[] = [],
): MovementInit {
  return {
    ...{ id, orderId, currency, unbooked, differences },
    providerObjectId: objectId,
    providerPaymentId: intentId,
    kind: MovementKind[kind.toUpperCase() as Uppercase<BalanceEntry["kind"]>],
    amount: BigInt(amount),
    fee: BigInt(fee),
  };
}

/** The ids that entries name, each once. */
const named = (entries: BalanceEntry[], idOf: (entry: BalanceEntry) => string): string[] =>
  [...new Set(entries.map(idOf))].filter((id) => id !== "");
