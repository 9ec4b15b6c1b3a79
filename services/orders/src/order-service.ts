import type { ServiceImpl } from "@connectrpc/connect";
import type { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { requireRole, requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { allowBriefCaching } from "@ticketing/runtime/serving/brief-caching";
import { type FeePolicy, feeOf, leastPriceOf } from "@ticketing/runtime/values/fees";
import { moneyOf } from "@ticketing/runtime/values/money";
import { countEventOrders } from "./count-event-orders.ts";
import { createOrder, type TicketLocks } from "./create-order.ts";
import { requestCancel, requireParty } from "./order.ts";
import type { OrderStore } from "./order-aggregate.ts";
import type { OrderFeed } from "./order-feed.ts";
import { orderMessage } from "./order-message.ts";
import { requestRefund } from "./order-refund.ts";
import { watchOrder } from "./watch-order.ts";

const HEARTBEAT_MS = 15_000;

export interface OrderServiceDependencies {
  orders: OrderStore;
  tickets: TicketLocks;
  feed: OrderFeed;
  fees: FeePolicy;
  clock: Clock;
}

/** The buyers' API, and what sellers ask of fees and operators of orders. */
export function createOrderService(deps: OrderServiceDependencies): ServiceImpl<typeof OrderService> {
  const { orders, feed, fees, clock } = deps;

  async function page(
    by: { buyerId: string } | { sellerId: string },
    request: { pageSize: number; pageToken: string },
  ) {
    const { documents, nextPageToken } = await orders.list(by, request);
    return { orders: documents.map(orderMessage), nextPageToken };
  }

  return {
    async createOrder({ requestId, ticketId, expectedPrice }, context) {
      const wish = { requestId, ticketId, expectedPrice: moneyOf(expectedPrice) };
      return { order: orderMessage(await createOrder(deps, requireUser(context).userId, wish)) };
    },

    async getOrder({ orderId }, context) {
      return { order: orderMessage(requireParty(await orders.get(orderId), requireUser(context).userId)) };
    },

    async cancelOrder({ orderId }, context) {
      const by = requireUser(context);
      const order = await orders.update(orderId, (current) => requestCancel(current, by, clock()));
      return { order: orderMessage(order) };
    },

    async requestRefund({ orderId }, context) {
      const by = requireUser(context);
      const order = await orders.update(orderId, (current) => requestRefund(current, by, clock()));
      return { order: orderMessage(order) };
    },

    listMyOrders: (request, context) => page({ buyerId: requireUser(context).userId }, request),

    listMySales: (request, context) => page({ sellerId: requireUser(context).userId }, request),

    listCurrencies(_, context) {
      const currencies = [...fees].map(([currency, { basisPoints, minimum }]) => ({
        currency,
        feeBasisPoints: basisPoints,
        feeMinimum: BigInt(minimum),
        leastPrice: BigInt(leastPriceOf(fees, currency)),
      }));
      allowBriefCaching(context, {});
      return { currencies };
    },

    quoteEarnings(request, context) {
      const price = moneyOf(request.price);
      const fee = feeOf(fees, price);
      allowBriefCaching(context, {});
      return { fee: BigInt(fee), net: BigInt(price.minorUnits - fee) };
    },

    async *watchOrder({ orderId }, context) {
      const { userId, expireTime } = requireUser(context);
      const session = AbortSignal.timeout(Math.max(0, expireTime.getTime() - Date.now()));
      const read = async (id: string) => requireParty(await feed.read(id), userId);
      const watching = { read, feed, clock, heartbeatMs: HEARTBEAT_MS };
      const signal = AbortSignal.any([context.signal, session]);
      for await (const order of watchOrder(watching, orderId, signal)) {
        yield order ? { order: orderMessage(order) } : {};
      }
      if (session.aborted) {
        throw new DomainError("TOKEN_EXPIRED", "renew the session and watch again");
      }
    },

    async countEventOrders({ eventId }, context) {
      requireRole(context, "operator");
      const counts = await countEventOrders(orders, eventId);
      return {
        awaitingPayment: BigInt(counts.awaitingPayment),
        paid: BigInt(counts.paid),
        refundRefused: BigInt(counts.refundRefused),
        ended: BigInt(counts.ended),
        endedForCancellation: BigInt(counts.endedForCancellation),
      };
    },
  };
}
