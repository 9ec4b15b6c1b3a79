import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { type Order, OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { moneyOf } from "@ticketing/runtime/values/money";
import { ticketedEventOf } from "@ticketing/runtime/values/ticketed-event";
import { type Earning, hold, move } from "./earning.ts";
import type { EarningStore } from "./earning-aggregate.ts";
import { refunded, restore } from "./earning-refund.ts";
import type { EventEnds } from "./event-ends.ts";

export interface SaleDependencies {
  earnings: Pick<EarningStore, "find" | "insert" | "get" | "update">;
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  eventEnds: EventEnds;
  /** How long after the end of the event the buyer can complain. */
  claimWindowMs: number;
  clock: Clock;
}

/** An order, and from when on its seller can be paid. */
interface Sold {
  order: Order;
  releaseTime: Date;
}

async function readSold(
  { orders, eventEnds, claimWindowMs }: SaleDependencies,
  orderId: string,
): Promise<Sold> {
  const { order } = await orders.readOrder({ orderId });
  if (!order) throw new Error("orders answered without the order");
  const end = await eventEnds(ticketedEventOf(order.ticket?.event));
  return { order, releaseTime: new Date(end.getTime() + claimWindowMs) };
}

/** The earning of an order that was sold. Throws ORDER_NOT_COMPLETE. */
function earningOf({ order, releaseTime }: Sold, now: Date): Earning {
  if (order.status !== OrderStatus.COMPLETE && order.status !== OrderStatus.REFUNDED) {
    const facts = { status: OrderStatus[order.status] ?? "" };
    throw new DomainError("ORDER_NOT_COMPLETE", "nothing was sold by this order", facts);
  }
  const { id, sellerId, ticketId, fee, version } = order;
  const sale = {
    _id: id,
    sellerId,
    ticketId,
    title: order.ticket?.title ?? "",
    orderVersion: Number(version),
  };
  return hold({ ...sale, price: moneyOf(order.price), fee: Number(fee), releaseTime }, now);
}

/** The earning of an order, recorded now if it is not yet. Throws ORDER_NOT_FOUND or ORDER_NOT_COMPLETE. */
export async function ensureEarning(deps: SaleDependencies, orderId: string): Promise<Earning> {
  const known = await deps.earnings.find(orderId);
  if (known) return known;
  const earning = earningOf(await readSold(deps, orderId), deps.clock());
  return (await deps.earnings.insert(earning)) === "inserted" ? earning : deps.earnings.get(orderId);
}

/** The earning follows its order: it is recorded once, moves with the event, and ends with the refund. */
export async function followOrder(deps: SaleDependencies, orderId: string): Promise<void> {
  const { earnings, clock } = deps;
  const known = await earnings.find(orderId);
  const sold = known ? undefined : await readSold(deps, orderId);
  const made = sold && earningOf(sold, clock());
  const isMade = made !== undefined && (await earnings.insert(made)) === "inserted";
  // Events are handled at once and in no order. So the order is read after the earning, and again if another handler wrote
  // that meanwhile: what is older than the earning never replaces what is newer.
  const follow = async (earning: Earning) =>
    afterOrder(earning, sold && earning === made ? sold : await readSold(deps, orderId), clock());
  await earnings.update(orderId, follow, known ?? (isMade ? made : undefined));
}

/** What the order means for its earning. */
function afterOrder(earning: Earning, { order, releaseTime }: Sold, now: Date): Earning {
  const { status, refundRequestedTime, refundRefusalReason } = order;
  // That the money did not arrive an operator sees to: the seller gets nothing meanwhile.
  if (status === OrderStatus.REFUNDED) return refunded(earning, now);
  // What the provider refuses for days it may do later: until an operator has decided the earning stays where it is. Of a
  // disputed charge the bank decides, and the workflow waits for that.
  const isLeftToBank = refundRequestedTime && refundRefusalReason === RefundRefusalReason.CHARGE_DISPUTED;
  const going = isLeftToBank ? restore(earning, timestampDate(refundRequestedTime), now) : earning;
  return move(going, releaseTime, now);
}
