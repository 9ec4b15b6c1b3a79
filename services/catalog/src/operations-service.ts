import { fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { OperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { ReconciliationStateSchema } from "@ticketing/proto/workflows/v1/reconciliation_events";
import { rowsOfPage } from "@ticketing/runtime/documents/page-size";
import type { Events } from "@ticketing/runtime/events/events";
import { requireRole } from "@ticketing/runtime/identity/identity";
import type { MarketplaceStore } from "./marketplace-store.ts";
import { decodePageToken, encodePageToken } from "./page-token.ts";
import type { ProcessRoster } from "./process-roster.ts";

const PAGE_OF = "dead-letters";

/** The operators' API. Every RPC needs the role. */
export function createOperationsService(deps: {
  store: MarketplaceStore;
  events: Pick<Events, "consumerLag" | "deadLetters">;
  roster: Pick<ProcessRoster, "list">;
  /** Temporal's web interface, for links to workflows. */
  temporalUiUrl?: string;
}): ServiceImpl<typeof OperationsService> {
  const { store, events, roster, temporalUiUrl } = deps;
  return {
    async getOverview(_request, context) {
      requireRole(context, "operator");
      const [orders, report, disputes, lag, deadLetters] = await Promise.all([
        store.countOrders(),
        store.findReconciliation(),
        store.countDisputes(),
        events.consumerLag(),
        events.deadLetters.count(),
      ]);
      const replicas = roster.list();
      const reconciliation = report && fromBinary(ReconciliationStateSchema, report);
      return {
        orders: orders.map(({ status, count }) => ({ status, count: BigInt(count) })),
        lag: lag.map((row) => ({ ...row, pending: BigInt(row.pending), inFlight: BigInt(row.inFlight) })),
        deadLetters: BigInt(deadLetters),
        drift: reconciliation?.open ?? 0n,
        disputes: BigInt(disputes),
        reconciliation,
        processes: replicas,
        replicas,
      };
    },

    async listOrders({ status, pageSize, pageToken }, context) {
      requireRole(context, "operator");
      const { documents, nextPageToken } = await store.listOrders(status, { pageSize, pageToken });
      const orders = documents.map(({ _id, status, createTime }) => ({
        orderId: _id,
        status,
        createTime: timestampFromDate(createTime),
        // Temporal's UI finds a workflow by its id; workflows names an order's after it.
        workflowUrl: temporalUiUrl ? `${temporalUiUrl}/workflows/order-${_id}` : "",
      }));
      return { orders, nextPageToken };
    },

    async listDeadLetters(request, context) {
      requireRole(context, "operator");
      const limit = rowsOfPage(request.pageSize);
      const before = decodePageToken(request.pageToken, PAGE_OF)?.key;
      const found = await events.deadLetters.list({ before, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        deadLetters: page.map((letter) => ({
          ...letter,
          sequence: BigInt(letter.sequence),
          time: timestampFromDate(letter.time),
        })),
        nextPageToken:
          found.length > limit && last ? encodePageToken({ key: last.sequence, id: "" }, PAGE_OF) : "",
      };
    },

    async replayDeadLetter(request, context) {
      requireRole(context, "operator");
      await events.deadLetters.replay(Number(request.sequence));
      return {};
    },
  };
}
