import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CancellationReason, OrderStatus, RefundReason } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { announceEvent, cancelAsOperator } from "../support/announced-event.ts";
import type { Person } from "../support/clients.ts";
import { lockTicket, refusal, watchUntil } from "../support/people.ts";
import { payWithRetries, waitForEnd } from "../support/stories.ts";
import { eventually, startTestMesh, stripePayments, type TestMesh } from "../support/test-mesh.ts";

let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  // A buyer could ask for no refund any more.
  mesh = await startTestMesh({ REFUND_WINDOW: "1ms" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("an answer without what was asked for");
  return value;
}

const statusOf = async ({ id }: Ticket) =>
  (await seller.tickets.getTicket({ ticketId: id })).ticket?.status ?? TicketStatus.UNSPECIFIED;

it("an event that is cancelled lets go who holds a ticket, refunds who bought one, and sells no more", async () => {
  const { event, listed } = await announceEvent(seller, 3);
  const [held, bought, free] = listed as [Ticket, Ticket, Ticket];
  const paid = await lockTicket(buyer, bought);
  await payWithRetries(mesh, buyer, paid);
  await waitForEnd(buyer, paid, OrderStatus.COMPLETE);
  const late = await refusal(buyer.orders.requestRefund({ orderId: paid.id }));
  expect(late.reason).toBe("REFUND_WINDOW_CLOSED");
  const open = await lockTicket(buyer, held);
  await buyer.payments.startPayment({ orderId: open.id });

  // Who looks at the order sees it, though nothing could change it any more by its buyer's doing.
  const watched = watchUntil(buyer, paid.id, OrderStatus.REFUNDED, 60_000);
  await cancelAsOperator(mesh, event);
  await waitForEnd(buyer, open, OrderStatus.CANCELLED);
  await watched;

  const cancelled = present((await buyer.orders.getOrder({ orderId: open.id })).order);
  expect(cancelled.cancellationReason).toBe(CancellationReason.EVENT_CANCELLED);
  expect(await stripePayments(mesh, open.id)).toMatchObject([{ status: "canceled", amount_received: 0 }]);
  const refunded = present((await buyer.orders.getOrder({ orderId: paid.id })).order);
  expect(refunded.refundReason).toBe(RefundReason.EVENT_CANCELLED);
  expect(refunded.timeline.map(({ transition }) => transition.case)).toEqual([
    "orderCreated",
    "orderCompleted",
    "orderRefundRequested",
    "orderRefunded",
  ]);
  const { payment } = await buyer.payments.getPayment({ orderId: paid.id });
  expect(payment?.status).toBe(PaymentStatus.REFUNDED);

  for (const ticket of listed) {
    await eventually(async () => (await statusOf(ticket)) === TicketStatus.WITHDRAWN || undefined);
  }
  expect(["EVENT_CANCELLED", "TICKET_WITHDRAWN"]).toContain((await refusal(lockTicket(buyer, free))).reason);
}, 90_000);
