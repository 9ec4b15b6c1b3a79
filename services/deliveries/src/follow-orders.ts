import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema, type OrderState } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Barcodes } from "./barcodes/barcodes.ts";
import { discardContent } from "./content.ts";
import {
  type DeliveredContent,
  type Delivery,
  type DeliveryTerms,
  deliverSold,
  followOrder,
  isAwaited,
  isToDeliver,
  openDelivery,
  type SealedUpload,
  type SoldOrder,
} from "./delivery.ts";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import type { Files } from "./files/files.ts";
import { isMadeOut } from "./issuer/issue.ts";
import { type FileSale, sellFile, takeFileBack } from "./listing-sales.ts";
import type { TicketFileStore } from "./ticket-file-aggregate.ts";

interface FollowDependencies {
  deliveries: Pick<DeliveryStore, "find" | "insert" | "update">;
  ticketFiles: Pick<TicketFileStore, "find" | "update">;
  files: Pick<Files, "discard">;
  barcodes: Barcodes;
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
 * ago: so an event that was lost costs nothing once the order is announced again. A ticket that was listed with its file
 * is delivered with it at once.
 */
export const onOrderEvent =
  (deps: FollowDependencies) =>
  async ({ payload, isNews }: Pick<IncomingEvent, "payload" | "isNews">): Promise<void> => {
    const { state, transition } = decodeEvent(OrderEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    if (!SOLD.includes(state.status)) return;
    // Deliveries have made that happen.
    if (isNews && transition.case === "orderTicketOpened") return;
    const order = soldOrder(state, state.eventStartTime ?? (await readStart(deps.orders, state.id)));
    const sale = { ticketId: state.ticketId, orderId: order._id };
    let unknown: Error | undefined;
    const sell = async () => {
      const sold: FileSale = order.refunded ? {} : await sellFile(deps, sale);
      unknown = sold.unknown;
      return sold.upload;
    };
    const delivery = await follow(deps, order, { sell, isFirst: transition.case === "orderCompleted" });
    if (delivery?.status === DeliveryStatus.CANCELLED) {
      await takeFileBack(deps, { ...sale, seen: delivery.openingCount > 0 && !isMadeOut(delivery) });
    }
    if (unknown) throw unknown;
  };

interface Telling {
  /** Binds the file of the ticket to the order, and gives it. */
  sell: () => Promise<SealedUpload | undefined>;
  /** Mostly this is the first that is heard of the order: then nothing of its delivery has to be read. */
  isFirst: boolean;
}

async function follow(
  { deliveries, files, terms, clock }: FollowDependencies,
  order: SoldOrder,
  { sell, isFirst }: Telling,
): Promise<Delivery | undefined> {
  const insert = async () => {
    if (!isToDeliver(order, clock())) return undefined;
    const opened = openDelivery(order, await sell(), terms, clock());
    return (await deliveries.insert(opened)) === "inserted" ? opened : undefined;
  };
  const first = isFirst && (await insert());
  if (first) return first;
  const known = await deliveries.find(order._id);
  if (!known) {
    const opened = await insert();
    if (opened || !isToDeliver(order, clock())) return opened;
  }
  const upload = known && isAwaited(known) ? await sell() : undefined;
  let before: DeliveredContent | undefined;
  const change = (current: Delivery) => {
    before = current.content;
    return deliverSold(followOrder(current, order, terms, clock()), upload, terms, clock());
  };
  const delivery = await deliveries.update(order._id, change, known ?? undefined);
  if (!delivery.content) await discardContent(files, before);
  return delivery;
}

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
