import { type Timestamp, timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Case, type CaseEvidence, CaseSide } from "@ticketing/proto/cases/v1/case";
import type { Delivery } from "@ticketing/proto/deliveries/v1/delivery";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { type Payment, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { isRefusedFor } from "@ticketing/runtime/process/domain-error";
import type { LifecycleClients } from "../clients.ts";
import { isRefundAccepted } from "../refund-status.ts";
import { asking } from "../refusal.ts";

/** The sale of a case. A delivery that deliveries know nothing of is absent. */
export interface Sale {
  order: Order;
  payment: Payment;
  delivery: Delivery | undefined;
}

/** So many characters of what one side says are told, the newest texts first: a field takes 20,000 of both together. */
const MAX_SIDE = 9_000;

/** The order of a case, its payment and its delivery as they are now. */
export async function readSale(
  { orders, payments, deliveries }: Pick<LifecycleClients, "orders" | "payments" | "deliveries">,
  orderId: string,
): Promise<Sale> {
  const { order } = await asking(orders.readOrder({ orderId }));
  if (!order) throw new Error("orders answered without the order");
  const { payment } = await asking(payments.readPayment({ orderId }));
  if (!payment) throw new Error("payments answered without the payment");
  return { order, payment, delivery: await readDelivery(deliveries, orderId) };
}

async function readDelivery(deliveries: LifecycleClients["deliveries"], orderId: string) {
  try {
    return (await deliveries.readDelivery({ orderId })).delivery;
  } catch (error) {
    if (isRefusedFor(error, "DELIVERY_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The provider's id of the dispute that a case is about: a further case of the same one has its number after it. */
export const disputeIdOf = ({ subject }: Case): string => subject.split(":")[0] ?? "";

/**
 * When what both sides say is submitted, in epoch milliseconds: so long before the bank's time is over, but both sides
 * have half of the time that there was at the least; at once where nothing can be added any more. Undefined where the bank
 * awaits nothing.
 */
export function submitTimeOf({ bankAnswer, createTime }: Case, marginMs: number): number | undefined {
  const { evidenceAwaited, evidenceDueTime: due, evidenceClosedTime: closed } = bankAnswer ?? {};
  if (!evidenceAwaited || !due) return undefined;
  if (closed) return 0;
  const opened = createTime ? timestampMs(createTime) : 0;
  return timestampMs(due) - Math.min(marginMs, Math.max(timestampMs(due) - opened, 0) / 2);
}

/** What the bank is told, by Stripe's fields. Nothing of what was delivered is in it: no file, address or note. */
export function evidenceOf(found: Case, { order, payment, delivery }: Sale) {
  const { ticket } = order;
  const event = ticket?.event;
  const seat = ticket?.seat;
  const place = [event?.venue, event?.city].filter(Boolean).join(", ");
  const seated = [seat?.section, seat?.row, seat?.number].filter(Boolean).join(", ");
  return {
    productDescription: lines(
      `A ticket for an event, sold by one user of a marketplace to another: ${found.title}`,
      place && `Venue: ${place}`,
      seated && `Seat: ${seated}`,
    ),
    serviceDate: at(event?.startTime),
    accessActivityLog: lines(
      delivery?.deliveredTime && `${at(delivery.deliveredTime)} The seller delivered the ticket.`,
      ...(delivery?.openings ?? []).map(
        (time) => `${at(time)} The buyer opened the ticket in their account.`,
      ),
      delivery?.confirmedTime && `${at(delivery.confirmedTime)} The buyer confirmed that the ticket arrived.`,
      delivery &&
        delivery.openingCount > 0n &&
        `The buyer opened the ticket ${delivery.openingCount} times in all.`,
    ),
    refundPolicyDisclosure: lines(
      order.refundableUntil &&
        `The buyer could give the ticket back without a reason until ${at(order.refundableUntil)}, unless they had opened it.`,
      "A ticket that was opened cannot be given back, unless the event is cancelled.",
    ),
    uncategorizedText: lines(
      `Order ${order.id}, made ${at(order.createTime)}.`,
      order.price && `Price: ${priceText(order.price)}, which the buyer confirmed before paying.`,
      givenBack(payment),
      "",
      said("The seller", CaseSide.SELLER, found.evidence),
      "",
      said("The buyer", CaseSide.BUYER, found.evidence),
    ),
  };
}

const lines = (...parts: (string | false | 0n | undefined)[]): string =>
  parts
    .filter((part) => typeof part === "string")
    .join("\n")
    .trim();

const at = (time: Timestamp | undefined): string => (time ? timestampDate(time).toISOString() : "");

/** What the buyer has back already, and by which refunds, which a bank can look up; empty where nothing went back. */
function givenBack({
  amount,
  amountRefunded,
  status,
  providerRefundId,
  ...refunds
}: Payment): string | false {
  if (!amount || amountRefunded === 0n) return false;
  const others = [...refunds.partRefunds, ...refunds.manualRefunds].filter(
    (each) => each.status !== RefundStatus.FAILED,
  );
  const whole = isRefundAccepted(status) ? [providerRefundId] : [];
  const ids = new Set([...whole, ...others.map((each) => each.providerRefundId)].filter(Boolean));
  const money = priceText({ ...amount, minorUnits: amountRefunded });
  const named = ids.size > 0 && ` Refunds: ${[...ids].join(", ")}.`;
  return `Given back to the buyer's card, or on its way there: ${money}.${named || ""}`;
}

/** Such as USD 45.00. */
function priceText({ minorUnits, currency }: NonNullable<Order["price"]>): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  return format.format(Number(minorUnits) / 10 ** digits);
}

/** What one side says, oldest first; where that is too much the oldest are left out, and it says so. */
function said(who: string, side: CaseSide, evidence: readonly CaseEvidence[]): string {
  const texts = evidence
    .filter((each) => each.side === side)
    .map(({ time, text }) => `${at(time)} ${text}`)
    .reverse();
  let length = 0;
  const newest = texts.filter((text) => {
    length += text.length + 1;
    return length <= MAX_SIDE;
  });
  if (newest.length === 0) return `${who} says nothing.`;
  const omitted = texts.length - newest.length;
  return lines(`${who} says:`, omitted > 0 && `(${omitted} earlier texts are left out)`, ...newest.reverse());
}
