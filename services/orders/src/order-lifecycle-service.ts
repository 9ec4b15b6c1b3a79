import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import {
  type OrderLifecycleService,
  OrderRecordSchema,
} from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { CancellationReason, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import type { Page } from "@ticketing/runtime/documents/aggregate-store";
import { isUnpublished, tellRecords } from "@ticketing/runtime/documents/select-records";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { Clock } from "@ticketing/runtime/process/clock";
import { endForEvent, isHandledForEvent } from "./end-for-event.ts";
import { cancel, complete, expire, type Order, openTicket } from "./order.ts";
import { findOverdue, type OrderStore } from "./order-aggregate.ts";
import { orderMessage } from "./order-message.ts";
import { markRefunded, recordPartRefund, refundForCase, refuseRefund } from "./order-refund.ts";

// What an order keeps of the reason that a call states. The contracts take no other reason.
const reasons = {
  [CancellationReason.BUYER]: "buyer",
  [CancellationReason.PAYMENT_FAILED]: "payment_failed",
  [CancellationReason.CAPTURE_REFUSED]: "capture_refused",
  [CancellationReason.EVENT_CANCELLED]: "event_cancelled",
} as const;

const refusals = {
  [RefundRefusalReason.CHARGE_DISPUTED]: "charge_disputed",
  [RefundRefusalReason.REFUSED_BY_PROVIDER]: "refused_by_provider",
  [RefundRefusalReason.NOTHING_CAPTURED]: "nothing_captured",
  [RefundRefusalReason.REFUND_FAILED]: "refund_failed",
} as const;

/** The internal API by which an order's workflow ends it, and deliveries learn whether its ticket may be shown. */
export function createOrderLifecycleService(deps: {
  orders: OrderStore;
  refundWindowMs: number;
  clock: Clock;
}): ServiceImpl<typeof OrderLifecycleService> {
  const { orders, refundWindowMs, clock } = deps;

  async function change(context: HandlerContext, orderId: string, step: (order: Order) => Order) {
    requireService(context, "workflows");
    return { order: orderMessage(await orders.update(orderId, step)) };
  }

  function recorded({ documents, nextPageToken }: Page<Order>) {
    const { records, unreadable } = tellRecords(OrderRecordSchema, documents, (order) => ({
      order: orderMessage(order),
      updateTime: timestampFromDate(order.updateTime),
      unpublished: isUnpublished(order, clock()),
    }));
    return { orders: records, unreadable, nextPageToken };
  }

  return {
    async readOrder({ orderId }, context) {
      requireService(context, "workflows", "payments", "payouts", "deliveries", "cases");
      return { order: orderMessage(await orders.get(orderId)) };
    },
    completeOrder: ({ orderId }, context) =>
      change(context, orderId, (order) => complete(order, refundWindowMs, clock())),
    cancelOrder: ({ orderId, reason }, context) =>
      change(context, orderId, (order) => cancel(order, reasons[reason as keyof typeof reasons], clock())),
    expireOrder: ({ orderId }, context) => change(context, orderId, (order) => expire(order, clock())),
    markRefunded: ({ orderId }, context) => change(context, orderId, (order) => markRefunded(order, clock())),
    refuseRefund: ({ orderId, reason, decidedTime }, context) =>
      change(context, orderId, (order) => {
        const decided = decidedTime ? timestampDate(decidedTime) : clock();
        return refuseRefund(order, { reason: refusals[reason as keyof typeof refusals], decided }, clock());
      }),
    async endForEvent({ orderId }, context) {
      requireService(context, "workflows");
      const order = await orders.update(orderId, (current) => endForEvent(current, clock()));
      return { order: orderMessage(order), handled: isHandledForEvent(order) };
    },
    refundForCase: ({ orderId, caseId, decisionNumber }, context) =>
      change(context, orderId, (order) =>
        refundForCase(order, { caseId, decision: decisionNumber }, clock()),
      ),
    recordPartRefund: ({ orderId, partId, amount }, context) =>
      change(context, orderId, (order) =>
        recordPartRefund(order, { id: partId, amount: Number(amount) }, clock()),
      ),
    async openTicket({ orderId, buyerId }, context) {
      requireService(context, "deliveries");
      const by = { userId: buyerId };
      return { order: orderMessage(await orders.update(orderId, (order) => openTicket(order, by, clock()))) };
    },
    async listOrders({ selection }, context) {
      requireService(context, "workflows");
      return recorded(await orders.select(selection));
    },
    async listOverdueOrders({ dueBefore, ...page }, context) {
      requireService(context, "workflows");
      if (!dueBefore) throw new Error("a validated request says by when orders were due");
      return recorded(await findOverdue(orders, timestampDate(dueBefore), page));
    },
  };
}
