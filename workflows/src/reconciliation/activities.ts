import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ApplicationFailure } from "@temporalio/common";
import { UnlockReason } from "@ticketing/proto/tickets/v1/ticket_lock_service";
import type { RecordSelectionSchema } from "@ticketing/proto/type/v1/record_selection";
import type { LifecycleClients } from "../clients.ts";
import { answering } from "../refusal.ts";
import type { WorkflowStarter } from "../starter.ts";
import { compareIntent, compareOrder, comparePayment, compareTicket } from "./compare.ts";
import type { Drift, DriftName, Source } from "./drift.ts";
import type { ReconciliationReport, Reporter } from "./report.ts";

const PAGE = 100;

/** Records by name, or a page of those that changed in [since, until), in epoch milliseconds. */
export type Selection = { ids: string[] } | { since: number; until: number; pageToken: string };

/** What a look at some records of one source saw. */
export interface Look {
  compared: number;
  drift: Drift[];
  nextPageToken: string;
}

export type ReconciliationActivities = ReturnType<typeof createReconciliationActivities>;

/** What reconciliation does in the world: it looks, mends what can be mended by a repeat, and reports. */
export function createReconciliationActivities(deps: {
  clients: LifecycleClients;
  workflows: Pick<WorkflowStarter, "reviveLifecycle" | "reviveRefund">;
  releaseMoney: (orderId: string) => Promise<void>;
  report: Reporter;
}) {
  const { tickets, orders, payments } = deps.clients;
  const { workflows, releaseMoney } = deps;

  const findOrders = async (ids: string[]) =>
    byId((await orders.listOrders(selected({ ids }))).orders, ({ order }) => order?.id);
  const findPayments = async (ids: string[]) =>
    byId((await payments.listPayments(selected({ ids }))).payments, ({ payment }) => payment?.id);
  const findTickets = async (ids: string[]) =>
    byId((await tickets.listTickets(selected({ ids }))).tickets, ({ ticket }) => ticket?.id);

  const looks: Record<Source, (selection: Selection, graceMs: number) => Promise<Look>> = {
    async orders(selection, graceMs) {
      const page = await orders.listOrders(selected(selection));
      const [found, held] = await Promise.all([
        findTickets(named(page.orders, ({ order }) => order?.ticketId)),
        findPayments(named(page.orders, ({ order }) => order?.id)),
      ]);
      const drift = page.orders.flatMap((record) => {
        const books = {
          ticket: found.get(record.order?.ticketId ?? ""),
          payment: held.get(record.order?.id ?? ""),
        };
        return compareOrder(record, books, Date.now(), graceMs);
      });
      return { compared: page.orders.length, drift, nextPageToken: page.nextPageToken };
    },
    async tickets(selection) {
      const page = await tickets.listTickets(selected(selection));
      const orderIdOf = (record: (typeof page.tickets)[number]) =>
        record.soldOrderId || record.ticket?.lock?.orderId;
      const found = await findOrders(named(page.tickets, orderIdOf));
      const drift = page.tickets.flatMap((record) =>
        compareTicket(record, found.get(orderIdOf(record) ?? "")),
      );
      return { compared: page.tickets.length, drift, nextPageToken: page.nextPageToken };
    },
    async payments(selection) {
      const page = await payments.listPayments(selected(selection));
      const found = await findOrders(named(page.payments, ({ payment }) => payment?.id));
      const drift = page.payments.flatMap((record) =>
        comparePayment(record, found.get(record.payment?.id ?? "")),
      );
      return { compared: page.payments.length, drift, nextPageToken: page.nextPageToken };
    },
    async intents(selection) {
      const page = await payments.listIntents(selected(selection));
      const ids = named(page.intents, ({ orderId }) => orderId);
      const [found, held] = await Promise.all([findOrders(ids), findPayments(ids)]);
      const drift = page.intents.flatMap((intent) =>
        compareIntent(intent, { order: found.get(intent.orderId), payment: held.get(intent.orderId) }),
      );
      return { compared: page.intents.length, drift, nextPageToken: page.nextPageToken };
    },
  };

  /** How a difference is mended, where that is safe: each is what the lifecycle itself does, and may be repeated. */
  const ways: Partial<Record<DriftName, (drift: Drift) => Promise<unknown>>> = {
    ORDER_OVERDUE: ({ orderId }) => workflows.reviveLifecycle(orderId),
    REFUND_UNFINISHED: ({ orderId }) => workflows.reviveRefund(orderId),
    MONEY_OF_ENDED_ORDER: ({ orderId }) => releaseMoney(orderId),
    LOCK_OF_ENDED_ORDER: ({ orderId, ticketId }) =>
      answering(tickets.unlockTicket({ orderId, ticketId, reason: UnlockReason.CANCELLED }), "done"),
    SALE_OF_ENDED_ORDER: ({ orderId, ticketId }) =>
      answering(tickets.relistTicket({ orderId, ticketId }), "done"),
    PAYMENT_BEHIND_STRIPE: ({ orderId }) => answering(payments.readPayment({ orderId, fresh: true }), "done"),
    INTENT_UNKNOWN: ({ intentId }) => answering(payments.releaseIntent({ intentId }), "done"),
  };

  return {
    /** Compares some records of one source with what the others say of them. */
    look: (source: Source, selection: Selection, graceMs: number): Promise<Look> =>
      looks[source](selection, graceMs),

    /** Whether the difference was mended; false for one that a person has to look at. */
    async mend(drift: Drift): Promise<boolean> {
      const way = ways[drift.kind];
      if (!way) return false;
      try {
        await way(drift);
        return true;
      } catch (error) {
        if (error instanceof ApplicationFailure && error.nonRetryable) return false;
        throw error;
      }
    },

    report: (report: ReconciliationReport): Promise<void> => deps.report(report),
  };
}

/** A selection as the contracts say it. */
function selected(selection: Selection): { selection: MessageInitShape<typeof RecordSelectionSchema> } {
  if ("ids" in selection) {
    return { selection: { selection: { case: "named", value: { ids: selection.ids } } } };
  }
  const { since, until, pageToken } = selection;
  const span = { since: timestampFromMs(since), until: timestampFromMs(until), pageSize: PAGE, pageToken };
  return { selection: { selection: { case: "changed", value: span } } };
}

/** The ids that records name, each once. */
function named<T>(records: T[], idOf: (record: T) => string | undefined): string[] {
  return [...new Set(records.map((record) => idOf(record) ?? ""))].filter((id) => id !== "");
}

function byId<T>(records: T[], idOf: (record: T) => string | undefined): Map<string, T> {
  return new Map(records.map((record) => [idOf(record) ?? "", record]));
}
