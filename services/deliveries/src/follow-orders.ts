import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { awaitDelivery, type DeliveryTerms, followOrder, isToDeliver, type SoldOrder } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";

interface FollowDependencies {
  deliveries: Pick<DeliveryStore, "find" | "insert" | "update">;
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  terms: DeliveryTerms;
  clock: Clock;
}

/** Lets deliveries follow the stream ORDERS: what was bought, moved or given back. */
export function followOrders(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({
    stream: "ORDERS",
    durable: "deliveries",
    filter: "evt.orders.>",
    handle: onOrderEvent(deps),
  });
}

const SOLD: readonly OrderStatus[] = [OrderStatus.COMPLETE, OrderStatus.REFUNDED];

/**
 * Whatever happened to an order that is or was complete, its delivery takes over what the order is now. An order without
 * a delivery gets one while it is complete and its event has not begun: so an event that was lost costs nothing once the
 * order is announced again.
 */
export const onOrderEvent =
  ({ deliveries, orders, terms, clock }: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { state } = decodeEvent(OrderEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    if (!SOLD.includes(state.status)) return;
    const known = await deliveries.find(state.id);
    if (known && known.orderVersion >= Number(state.version)) return;
    const order = soldOrder((await orders.readOrder({ orderId: state.id })).order);
    if (!known && !isToDeliver(order, clock())) return;
    if (!known && (await deliveries.insert(awaitDelivery(order, terms, clock()))) === "inserted") return;
    await deliveries.update(state.id, (delivery) => followOrder(delivery, order, terms, clock()));
  };

function soldOrder(order: Order | undefined): SoldOrder {
  const startTime = order?.ticket?.event?.startTime;
  if (!startTime) throw new Error("orders answered with an incomplete order");
  const { id, buyerId, sellerId, version, status } = order;
  return {
    ...{ _id: id, buyerId, sellerId },
    version: Number(version),
    startTime: timestampDate(startTime),
    refunded: status === OrderStatus.REFUNDED,
  };
}
