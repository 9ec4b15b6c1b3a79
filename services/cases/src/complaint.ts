import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { CaseKind } from "@ticketing/proto/cases/v1/case";
import type { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { type Delivery, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { isOver } from "@ticketing/runtime/process/clock";
import { DomainError, isRefusedFor } from "@ticketing/runtime/process/domain-error";
import { moneyOf } from "@ticketing/runtime/values/money";
import type { DisputedSale } from "./case.ts";

/** Who knows the facts of a sale. */
export interface SaleSources {
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  payouts: Pick<Client<typeof PayoutLifecycleService>, "readEarning">;
  deliveries: Pick<Client<typeof DeliveryLifecycleService>, "readDelivery">;
}

/** The delivery as it is now; undefined where deliveries know of none. */
export async function readDelivery(
  deliveries: SaleSources["deliveries"],
  orderId: string,
): Promise<Delivery | undefined> {
  try {
    const { delivery } = await deliveries.readDelivery({ orderId });
    if (!delivery) throw new Error("deliveries answered without the delivery");
    return delivery;
  } catch (error) {
    if (isRefusedFor(error, "DELIVERY_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The order, as orders know it now. Throws ORDER_NOT_FOUND. */
export async function readOrder({ orders }: Pick<SaleSources, "orders">, orderId: string): Promise<Order> {
  const { order } = await orders.readOrder({ orderId });
  if (!order) throw new Error("orders answered without the order");
  return order;
}

/** What a case keeps of an order. */
export const saleOf = ({ id, buyerId, sellerId, ticket, price }: Order): DisputedSale => ({
  ...{ orderId: id, buyerId, sellerId, title: ticket?.title ?? "" },
  price: moneyOf(price),
});

/** What decides whether a buyer may complain about a complete order. */
interface ComplaintFacts {
  order: Order;
  /** Until when they may complain of anything. */
  until: Date;
  /** Undefined where deliveries know of none. */
  delivery: Delivery | undefined;
}

/** Throws EARNING_NOT_FOUND, and what the services refuse. */
async function readComplaintFacts(sources: SaleSources, order: Order): Promise<ComplaintFacts> {
  const { earning } = await sources.payouts.readEarning({ orderId: order.id });
  if (!earning?.releaseTime) throw new Error("payouts answered without the earning");
  const delivery = await readDelivery(sources.deliveries, order.id);
  return { order, until: timestampDate(earning.releaseTime), delivery };
}

/**
 * The sale that its buyer complains about, if they may: until the seller is paid at the earliest. Throws NOT_YOUR_ORDER,
 * ORDER_NOT_COMPLETE, CLAIM_WINDOW_CLOSED, DELIVERY_NOT_FOUND, TICKET_NOT_DELIVERED, TICKET_DELIVERED or NOT_OVERDUE_YET, and
 * what the services refuse.
 */
export async function requireComplaint(
  sources: SaleSources,
  { orderId, buyerId, kind }: { orderId: string; buyerId: string; kind: CaseKind },
  now: Date,
): Promise<DisputedSale> {
  const order = await readOrder(sources, orderId);
  if (order.buyerId !== buyerId) {
    throw new DomainError("NOT_YOUR_ORDER", "only its buyer complains about an order");
  }
  if (order.status !== OrderStatus.COMPLETE) {
    const facts = { status: OrderStatus[order.status] ?? "" };
    throw new DomainError("ORDER_NOT_COMPLETE", "only a complete order can be complained about", facts);
  }
  const refusal = refusalOf(await readComplaintFacts(sources, order), kind, now);
  if (refusal) throw refusal;
  return saleOf(order);
}

const complaintKinds = [CaseKind.NOT_DELIVERED, CaseKind.INVALID, CaseKind.NOT_AS_LISTED] as const;

/** What the buyer of an order may complain about now, and until when; nothing while there is nothing to complain about. */
export async function possibleComplaints(
  sources: SaleSources,
  order: Order,
  now: Date,
): Promise<{ kinds: CaseKind[]; until?: Date }> {
  if (order.status !== OrderStatus.COMPLETE) return { kinds: [] };
  try {
    const facts = await readComplaintFacts(sources, order);
    return { kinds: complaintKinds.filter((kind) => !refusalOf(facts, kind, now)), until: facts.until };
  } catch (error) {
    if (isRefusedFor(error, "EARNING_NOT_FOUND")) return { kinds: [] };
    throw error;
  }
}

/**
 * Why this cannot be complained about now; undefined where it can. The ticket of a complaint that it never came is late;
 * of any other it was delivered. A sale of which deliveries know nothing once its event has begun has no delivery: its
 * buyer may complain of anything.
 */
function refusalOf(facts: ComplaintFacts, kind: CaseKind, now: Date): DomainError | undefined {
  const { order, until, delivery } = facts;
  if (isOver(until, now)) {
    const facts = { until: until.toISOString() };
    return new DomainError("CLAIM_WINDOW_CLOSED", "the time for complaints is over", facts);
  }
  const begins = order.ticket?.event?.startTime;
  if (!delivery && begins && isOver(timestampDate(begins), now)) return undefined;
  if (!delivery) return new DomainError("DELIVERY_NOT_FOUND", "deliveries have not heard of the order yet");
  return refusalByDelivery(delivery, kind, now);
}

function refusalByDelivery(delivery: Delivery, kind: CaseKind, now: Date): DomainError | undefined {
  if (!delivery.deliverBy) throw new Error("deliveries answered without the delivery");
  const deliverBy = timestampDate(delivery.deliverBy);
  const facts = { deliverBy: deliverBy.toISOString() };
  const isDelivered = [DeliveryStatus.DELIVERED, DeliveryStatus.CONFIRMED].includes(delivery.status);
  if (kind !== CaseKind.NOT_DELIVERED) {
    if (isDelivered) return undefined;
    return new DomainError("TICKET_NOT_DELIVERED", "the seller has not delivered the ticket yet", facts);
  }
  if (isDelivered) return new DomainError("TICKET_DELIVERED", "the seller has delivered the ticket");
  if (isOver(deliverBy, now)) return undefined;
  return new DomainError("NOT_OVERDUE_YET", "the seller still has time to deliver", facts);
}
