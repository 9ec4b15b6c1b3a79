import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { OrderRecord } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  type IntentRecord,
  IntentStatus,
  type PaymentRecord,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { type Payment, PaymentStatus, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import type { TicketRecord } from "@ticketing/proto/tickets/internal/v1/ticket_lock_service";
import type { Money } from "@ticketing/proto/type/v1/money";
import { isChargedBack, isRefundAccepted } from "../refund-status.ts";
import { collect, type Found } from "./collect.ts";
import type { Drift } from "./drift.ts";

const UNGIVEN = [PaymentStatus.REQUIRES_PAYMENT, PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED];
const paymentName = (payment: PaymentRecord | undefined): string =>
  payment?.payment ? PaymentStatus[payment.payment.status] : "not there";
const orderName = (order: OrderRecord | undefined): string =>
  order?.order ? OrderStatus[order.order.status] : "not there";
const amountOf = (money: Money | undefined): string =>
  money ? `${money.minorUnits} ${money.currency}` : "nothing";

/** Whether an order ended and its buyer has no ticket by it. */
function endedWithout({ order }: OrderRecord): boolean {
  const { CANCELLED, EXPIRED, REFUNDED } = OrderStatus;
  return order !== undefined && [CANCELLED, EXPIRED, REFUNDED].includes(order.status);
}

/** An order beside its ticket and its payment. */
export function compareOrder(
  record: OrderRecord,
  books: { ticket?: TicketRecord; payment?: PaymentRecord },
  now: number,
  graceMs: number,
): Drift[] {
  const { order } = record;
  if (!order) return [];
  const { drift, found } = collect("orders", order.id, { orderId: order.id });
  const { ticket, payment } = books;
  if (order.status === OrderStatus.AWAITING_PAYMENT) {
    const deadline = order.expireTime ? timestampMs(order.expireTime) : 0;
    if (deadline + graceMs < now) found("ORDER_OVERDUE", `due at ${new Date(deadline).toISOString()}`);
  }
  if (order.status === OrderStatus.COMPLETE && order.refundRequestedTime) {
    const given = payment?.payment && isRefundAccepted(payment.payment.status);
    if (order.refundRefusedTime && !given)
      found("REFUND_REFUSED", `${order.refundRefusedReason}; the payment is ${paymentName(payment)}`);
    else found("REFUND_UNFINISHED", `the payment is ${paymentName(payment)}`);
  } else if (order.status === OrderStatus.COMPLETE) {
    comparePaid(payment, found);
    if (ticket?.soldOrderId !== order.id) {
      const { ticketId } = order;
      found("ORDER_WITHOUT_TICKET", `the ticket is sold to ${ticket?.soldOrderId || "nobody"}`, { ticketId });
    }
  }
  if (endedWithout(record) && ticket && heldBy(ticket) === order.id) {
    foundHeld(ticket, record, found, { ticketId: order.ticketId });
  }
  compareMoney(record, payment, found);
  if (record.unpublished) found("EVENTS_UNPUBLISHED", "of an order");
  return drift;
}

/** A complete order has its money. */
function comparePaid(payment: PaymentRecord | undefined, found: Found): void {
  if (payment?.payment?.status !== PaymentStatus.CAPTURED) {
    found("ORDER_UNPAID", `the payment is ${paymentName(payment)}`);
  }
}

/** The order that a ticket is sold to or locked for; empty for none. */
const heldBy = ({ soldOrderId, ticket }: TicketRecord): string => soldOrderId || ticket?.lock?.orderId || "";

/** The ticket is with an order that has no right to it. */
function foundHeld(ticket: TicketRecord, order: OrderRecord, found: Found, about?: Partial<Drift>): void {
  const kind = ticket.soldOrderId ? "SALE_OF_ENDED_ORDER" : "LOCK_OF_ENDED_ORDER";
  found(kind, `the order is ${orderName(order)}`, about);
}

/** Whether the bank has the money, for now or for good. */
const isDisputed = ({ disputedTime, disputeOutcome }: Payment): boolean =>
  disputedTime !== undefined && (disputeOutcome === "" || disputeOutcome === "lost");

/** Where an ended order's money is, and whether order and payment mean the same amount. */
function compareMoney(record: OrderRecord, payment: PaymentRecord | undefined, found: Found): void {
  const [order, money] = [record.order, payment?.payment];
  if (!order || !money) return;
  // By a case about the dispute.
  const isLeftToBank = order.status === OrderStatus.REFUNDED && money.disputeOutcome === "lost";
  if (endedWithout(record) && UNGIVEN.includes(money.status) && !isLeftToBank) {
    const books = `the order is ${orderName(record)}, the payment is ${paymentName(payment)}`;
    // A bank gave the buyer the money and took it back: giving it back once more is a person's to decide.
    const wasDisputed = order.status === OrderStatus.REFUNDED && money.disputedTime !== undefined;
    // While the bank decides, and once it has given the money back, Stripe would refuse each try to.
    if (isDisputed(money) || wasDisputed) found("REFUND_REFUSED", `${books} and disputed`);
    else found("MONEY_OF_ENDED_ORDER", books);
  }
  // A bank gave what a refund of ours had failed to.
  const isSettled = isChargedBack(money) && order.status === OrderStatus.REFUNDED && !order.refundRefusedTime;
  if (endedWithout(record) && money.status === PaymentStatus.REFUND_FAILED && !isSettled) {
    const failed = `the refund ${money.stripeRefundId} failed: ${money.refundFailureReason}`;
    // Whoever gave the money back another way would give it twice.
    if (isDisputed(money)) found("REFUND_REFUSED", `${failed}, and the charge is disputed`);
    else found("REFUND_FAILED", failed);
    const untold = order.refundRequestedTime && order.refundRefusedReason !== "refund_failed";
    if (untold) found("REFUND_UNFINISHED", "the refund failed, and the order does not say so");
  }
  if (order.status === OrderStatus.REFUNDED && order.refundRefusedTime && isRefundAccepted(money.status)) {
    found("REFUND_UNFINISHED", "the money went back, and the order says that it did not");
  }
  // What the provider has not carried out yet the order does not say.
  const inParts = partsOf(money, RefundStatus.SUCCEEDED);
  if (order.amountRefunded !== inParts) {
    const books = `the order says that ${order.amountRefunded} went back in parts, the payment ${inParts}`;
    found("AMOUNT_DIFFERS", books);
  }
  if (amountOf(order.price) !== amountOf(money.amount)) {
    found("AMOUNT_DIFFERS", `the order says ${amountOf(order.price)}, the payment ${amountOf(money.amount)}`);
  }
}

/** What of a payment's money parts of these statuses give back, in minor units. */
const partsOf = ({ partRefunds }: Payment, ...statuses: RefundStatus[]): bigint =>
  partRefunds.reduce((sum, { amount, status }) => (statuses.includes(status) ? sum + amount : sum), 0n);

/** How long the orders of a cancelled event may take to be asked for, page by page. */
const CANCELLATION_MS = 3_600_000;

/** A ticket beside the order that holds or bought it. */
export function compareTicket(record: TicketRecord, order: OrderRecord | undefined, now: number): Drift[] {
  const { ticket, soldOrderId } = record;
  if (!ticket) return [];
  const orderId = heldBy(record);
  const { drift, found } = collect("tickets", ticket.id, { ticketId: ticket.id, orderId });
  if (orderId && !order) {
    found(soldOrderId ? "SALE_WITHOUT_ORDER" : "LOCK_WITHOUT_ORDER", "there is no such order");
  } else if (orderId && order && endedWithout(order)) foundHeld(record, order, found);
  const isLongOver = ticket.updateTime && timestampMs(ticket.updateTime) + CANCELLATION_MS < now;
  const isPaid = order?.order?.status === OrderStatus.COMPLETE && !order.order.refundRequestedTime;
  if (ticket.event?.cancelled && soldOrderId && isPaid && isLongOver) {
    found("ORDER_OF_CANCELLED_EVENT", "nobody asked for its refund");
  }
  if (record.unpublished) found("EVENTS_UNPUBLISHED", "of a ticket");
  return drift;
}

/** A payment beside its order: the money may have moved long after the order was last changed. */
export function comparePayment(record: PaymentRecord, order: OrderRecord | undefined): Drift[] {
  const { payment } = record;
  if (!payment) return [];
  const { drift, found } = collect("payments", payment.id, { orderId: payment.id });
  if (order) {
    const { status, refundRequestedTime } = order.order ?? {};
    if (status === OrderStatus.COMPLETE && !refundRequestedTime) comparePaid(record, found);
    compareMoney(order, record, found);
  } else found("PAYMENT_WITHOUT_ORDER", `the payment is ${paymentName(record)}`);
  if (record.unpublished) found("EVENTS_UNPUBLISHED", "of a payment");
  return drift;
}

/** What a payment can be when its PaymentIntent is this. */
function agreeing(intent: IntentRecord): PaymentStatus[] {
  switch (intent.status) {
    case IntentStatus.OPEN:
      return [PaymentStatus.REQUIRES_PAYMENT, PaymentStatus.FAILED];
    case IntentStatus.REQUIRES_CAPTURE:
      return [PaymentStatus.AUTHORIZED, PaymentStatus.FAILED];
    case IntentStatus.SUCCEEDED:
      return intent.amountRefunded >= intent.amountReceived
        ? [PaymentStatus.REFUNDED, PaymentStatus.REFUND_PENDING, PaymentStatus.REFUND_FAILED]
        : [PaymentStatus.CAPTURED, PaymentStatus.REFUND_FAILED];
    case IntentStatus.CANCELED:
      return [PaymentStatus.VOIDED, PaymentStatus.FAILED];
    default:
      return [];
  }
}

/** A PaymentIntent beside the payment and the order that it names. */
export function compareIntent(
  intent: IntentRecord,
  { order, payment }: { order?: OrderRecord; payment?: PaymentRecord },
): Drift[] {
  const about = { orderId: intent.orderId, intentId: intent.id };
  const { drift, found } = collect("intents", intent.id, about);
  const money = payment?.payment;
  const status = IntentStatus[intent.status];
  if (money?.stripePaymentIntentId !== intent.id) {
    // One that was just made for an order that still awaits payment may yet be attached.
    const over = !order || order.order?.status !== OrderStatus.AWAITING_PAYMENT;
    if (over && intent.status !== IntentStatus.CANCELED && !isGivenBack(intent)) {
      found("INTENT_UNKNOWN", `it is ${status}, the order is ${orderName(order)}`);
    }
    return drift;
  }
  if (!agreeing(intent).includes(money.status)) {
    found("PAYMENT_BEHIND_STRIPE", `the payment is ${paymentName(payment)}, Stripe says ${status}`);
  }
  const asked = `${intent.amount} ${intent.currency}`;
  const taken = intent.status === IntentStatus.SUCCEEDED ? intent.amountReceived : intent.amount;
  const inParts = partsOf(money, RefundStatus.SUCCEEDED, RefundStatus.UNDERWAY);
  const isPartly = intent.amountRefunded > 0n && intent.amountRefunded < intent.amountReceived;
  const partly = isPartly && intent.amountRefunded !== inParts;
  if (asked !== amountOf(money.amount) || taken !== intent.amount || partly) {
    const books = `Stripe asked ${asked}, took ${intent.amountReceived}, gave back ${intent.amountRefunded}`;
    found("AMOUNT_DIFFERS", `${books}; the payment says ${amountOf(money.amount)}`);
  }
  return drift;
}

const isGivenBack = (intent: IntentRecord): boolean =>
  intent.amountReceived > 0n && intent.amountRefunded >= intent.amountReceived;
