import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema, type OrderState } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { discardContent } from "./content.ts";
import {
  type DeliveredContent,
  type Delivery,
  type DeliveryTerms,
  followOrder,
  isToDeliver,
  openDelivery,
  type SoldOrder,
} from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";

interface FollowDependencies {
  deliveries: Pick<DeliveryStore, "find" | "insert" | "update">;
  files: Pick<Files, "discard">;
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
 * Whatever happened to an order that is or was complete, its delivery takes over what the event's state says, unless it
 * knows something newer: events come in any order. An order without a delivery gets one unless its event began long
 * ago: so an event that was lost costs nothing once the order is announced again.
 */
export const onOrderEvent =
  ({ deliveries, files, orders, terms, clock }: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { state, transition } = decodeEvent(OrderEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    if (!SOLD.includes(state.status)) return;
    const order = soldOrder(state, state.eventStartTime ?? (await readStart(orders, state.id)));
    const insert = async () =>
      isToDeliver(order, clock()) &&
      (await deliveries.insert(openDelivery(order, terms, clock()))) === "inserted";
    // Mostly the first that is heard of it: then nothing has to be read.
    if (transition.case === "orderCompleted" && (await insert())) return;
    const known = await deliveries.find(order._id);
    if (!known && ((await insert()) || !isToDeliver(order, clock()))) return;
    let before: DeliveredContent | undefined;
    const follow = (delivery: Delivery) => {
      before = delivery.content;
      return followOrder(delivery, order, terms, clock());
    };
    const { content } = await deliveries.update(order._id, follow, known ?? undefined);
    if (!content) await discardContent(files, before);
  };

const soldOrder = ({ id, buyerId, sellerId, version, status }: OrderState, start: Timestamp): SoldOrder => ({
  ...{ _id: id, buyerId, sellerId, startTime: timestampDate(start) },
  version: Number(version),
  refunded: status === OrderStatus.REFUNDED,
});

/** For events of the release before, which do not say it. */
async function readStart(orders: FollowDependencies["orders"], orderId: string): Promise<Timestamp> {
  const { order } = await orders.readOrder({ orderId });
  const start = order?.ticket?.event?.startTime;
  if (!start) throw new Error("orders answered with an incomplete order");
  return start;
}
