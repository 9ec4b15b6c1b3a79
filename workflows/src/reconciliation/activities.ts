import { ApplicationFailure } from "@temporalio/common";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import type { BookClients } from "../clients.ts";
import { answering } from "../refusal.ts";
import type { WorkflowStarter } from "../starter.ts";
import type { Drift, DriftName, Source } from "./drift.ts";
import type { FullPass } from "./full-pass.ts";
import { createLooks, type Look, type Overdue, type Selection } from "./look.ts";
import type { ReconciliationReport, Reporter } from "./report.ts";

export type ReconciliationActivities = ReturnType<typeof createReconciliationActivities>;

/** What reconciliation does in the world: it looks, mends what can be mended by a repeat, and reports. */
export function createReconciliationActivities(deps: {
  clients: BookClients;
  workflows: Pick<WorkflowStarter, "restartLifecycle" | "wakeRefund">;
  releaseMoney: (orderId: string) => Promise<void>;
  report: Reporter;
  fullPass: () => Promise<FullPass | undefined>;
}) {
  const { tickets, orders, payments } = deps.clients;
  const { workflows, releaseMoney } = deps;

  const looks = createLooks(deps.clients);

  /** How a difference is mended, where that is safe: each is what the lifecycle itself does, and may be repeated. */
  const ways: Partial<Record<DriftName, (drift: Drift) => Promise<unknown>>> = {
    ORDER_OVERDUE: ({ orderId }) => workflows.restartLifecycle(orderId),
    REFUND_UNFINISHED: ({ orderId }) => workflows.wakeRefund(orderId),
    MONEY_OF_ENDED_ORDER: ({ orderId }) => releaseMoney(orderId),
    LOCK_OF_ENDED_ORDER: ({ orderId, ticketId }) =>
      answering(tickets.unlockTicket({ orderId, ticketId, reason: TicketUnlockReason.NO_ORDER }), "done"),
    SALE_OF_ENDED_ORDER: ({ orderId, ticketId }) =>
      answering(tickets.relistTicket({ orderId, ticketId }), "done"),
    ORDER_OF_CANCELLED_EVENT: ({ orderId }) => answering(orders.endForEvent({ orderId }), "done"),
    PAYMENT_BEHIND_STRIPE: ({ orderId }) => answering(payments.readPayment({ orderId, fresh: true }), "done"),
    INTENT_UNKNOWN: ({ intentId }) => answering(payments.releaseIntent({ intentId }), "done"),
  };

  return {
    /** Compares some records of one source with what the others say of them. */
    look: (source: Source, selection: Selection, graceMs: number): Promise<Look> =>
      looks[source](selection, graceMs),

    /** Compares a page of the orders that are overdue: nobody changes them, so that their time of change says nothing. */
    lookAtOverdue: (selection: Overdue, graceMs: number): Promise<Look> => looks.overdue(selection, graceMs),

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

    /** What the newest full pass found; null before the first. */
    fullPass: async (): Promise<FullPass | null> => (await deps.fullPass()) ?? null,

    report: (report: ReconciliationReport): Promise<void> => deps.report(report),
  };
}
