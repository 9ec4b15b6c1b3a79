import { fromBinary, type Message } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { OperationsService as DeprecatedOperationsService } from "@ticketing/proto/catalog/v1/operations_service";
import { AuditAction } from "@ticketing/proto/operations/v1/audit_entry";
import type {
  ListAuditLogRequest,
  ListDeadLettersRequest,
  ListOrdersRequest,
  OperationsService,
  ReplayDeadLetterRequest,
} from "@ticketing/proto/operations/v1/operations_service";
import { ReconciliationStateSchema } from "@ticketing/proto/workflows/v1/reconciliation_events";
import { rowsOfPage } from "@ticketing/runtime/documents/page-size";
import type { Events } from "@ticketing/runtime/events/events";
import { requireRole } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { newId } from "@ticketing/runtime/process/ids";
import type { AuditLog } from "./audit-log.ts";
import { decodeSequence, encodeSequence } from "./dead-letter-page.ts";
import type { EventStorage } from "./event-storage.ts";
import type { MarketplaceStore } from "./marketplace-store.ts";
import type { ProcessRoster } from "./process-roster.ts";

/** What a request says, under either name of the service. */
type Fields<T extends Message> = Omit<T, keyof Message>;

/** The operators' API, which is the same under the name that it had before. Every RPC needs the role. */
export function createOperationsService(deps: {
  store: MarketplaceStore;
  auditLog: AuditLog;
  events: Pick<Events, "consumerLag" | "deadLetters">;
  storage: Pick<EventStorage, "streams">;
  roster: Pick<ProcessRoster, "list">;
  /** Temporal's web interface, for links to workflows. */
  temporalUiUrl?: string;
  clock: Clock;
}) {
  const { store, auditLog, events, storage, roster, temporalUiUrl, clock } = deps;
  return {
    async getOverview(_request: object, context: HandlerContext) {
      requireRole(context, "operator");
      const [orders, report, disputes, lag, deadLetters, streams] = await Promise.all([
        store.countOrders(),
        store.findReconciliation(),
        store.countDisputes(),
        events.consumerLag(),
        events.deadLetters.count(),
        storage.streams(),
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
        // Of the deprecated name alone.
        processes: replicas,
        replicas,
        streams: streams.map(({ stream, bytes, limit = 0, oldestEventTime, alarm }) => ({
          ...{ stream, bytes: BigInt(bytes), limit: BigInt(limit), alarm },
          oldestEventTime: oldestEventTime && timestampFromDate(oldestEventTime),
        })),
      };
    },

    async listOrders({ status, pageSize, pageToken }: Fields<ListOrdersRequest>, context: HandlerContext) {
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

    async listDeadLetters(request: Fields<ListDeadLettersRequest>, context: HandlerContext) {
      requireRole(context, "operator");
      const limit = rowsOfPage(request.pageSize);
      const before = decodeSequence(request.pageToken);
      const found = await events.deadLetters.list({ before, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        deadLetters: page.map((letter) => ({
          ...letter,
          sequence: BigInt(letter.sequence),
          time: timestampFromDate(letter.time),
        })),
        nextPageToken: found.length > limit && last ? encodeSequence(last.sequence) : "",
      };
    },

    async replayDeadLetter(request: Fields<ReplayDeadLetterRequest>, context: HandlerContext) {
      const { userId: operatorId } = requireRole(context, "operator");
      const subjectId = String(request.sequence);
      // Nothing else tells of it. It is written first, so that no replay is missing in the log.
      await auditLog.append({
        ...{ _id: newId(), action: AuditAction.DEAD_LETTER_REPLAYED, operatorId, subjectId },
        ...{ reason: "", detail: "", createTime: clock() },
      });
      await events.deadLetters.replay(Number(request.sequence));
      return {};
    },

    async listAuditLog(request: Fields<ListAuditLogRequest>, context: HandlerContext) {
      requireRole(context, "operator");
      const { documents, nextPageToken } = await auditLog.list(request, request);
      const entries = documents.map(({ _id, createTime, ...row }) => ({
        ...row,
        id: _id,
        time: timestampFromDate(createTime),
      }));
      return { entries, nextPageToken };
    },
  } satisfies ServiceImpl<typeof OperationsService> & ServiceImpl<typeof DeprecatedOperationsService>;
}
