import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { moneyOf } from "@ticketing/runtime/values/money";
import { createOrder, type TicketLocks } from "./create-order.ts";
import { type Order, requestCancel, requestRefund } from "./order.ts";
import type { OrderStore } from "./order-aggregate.ts";
import type { OrderFeed } from "./order-feed.ts";
import { orderMessage } from "./order-message.ts";
import { watchOrder } from "./watch-order.ts";

const HEARTBEAT_MS = 15_000;

export interface OrderServiceDependencies {
  orders: OrderStore;
  tickets: TicketLocks;
  feed: OrderFeed;
  clock: Clock;
}

/** The buyers' API. */
export function createOrderService(deps: OrderServiceDependencies): ServiceImpl<typeof OrderService> {
  const { orders, feed, clock } = deps;

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
      return { order: orderMessage(await requireParty(orders, orderId, context)) };
    },

    async cancelOrder({ orderId }, context) {
      await requireBuyer(orders, orderId, context);
      return { order: orderMessage(await orders.update(orderId, (order) => requestCancel(order, clock()))) };
    },

    async requestRefund({ orderId }, context) {
      await requireBuyer(orders, orderId, context);
      return { order: orderMessage(await orders.update(orderId, (order) => requestRefund(order, clock()))) };
    },

    listMyOrders: (request, context) => page({ buyerId: requireUser(context).userId }, request),

    listMySales: (request, context) => page({ sellerId: requireUser(context).userId }, request),

    async *watchOrder({ orderId }, context) {
      await requireParty(orders, orderId, context);
      const session = AbortSignal.timeout(
        Math.max(0, requireUser(context).expireTime.getTime() - Date.now()),
      );
      const watching = { read: orders.get, feed, clock, heartbeatMs: HEARTBEAT_MS };
      const signal = AbortSignal.any([context.signal, session]);
      for await (const order of watchOrder(watching, orderId, signal)) {
        yield order ? { order: orderMessage(order) } : {};
      }
      if (session.aborted) {
        throw new DomainError("TOKEN_EXPIRED", "renew the session and watch again");
      }
    },
  };
}

const notYours = () => new DomainError("NOT_YOUR_ORDER", "this is somebody else's order");

async function requireParty(orders: OrderStore, id: string, context: HandlerContext): Promise<Order> {
  const { userId } = requireUser(context);
  const order = await orders.get(id);
  if (userId !== order.buyerId && userId !== order.sellerId) throw notYours();
  return order;
}

async function requireBuyer(orders: OrderStore, id: string, context: HandlerContext): Promise<Order> {
  const order = await requireParty(orders, id, context);
  if (requireUser(context).userId !== order.buyerId) throw notYours();
  return order;
}
