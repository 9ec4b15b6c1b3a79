import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import { type Case, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { Reconciled } from "@ticketing/workflows/reconciliation/workflow";
import { announceEvent, cancelAsOperator } from "../support/announced-event.ts";
import type { Person } from "../support/clients.ts";
import { deliverAndPassEvent, onboard, untilEarning } from "../support/payouts.ts";
import { expiry } from "../support/people.ts";
import {
  listWithRetries,
  lockWithRetries,
  newListing,
  payWithRetries,
  retry,
  stories,
  waitForEnd,
} from "../support/stories.ts";
import { control, injectFault } from "../support/stripe-control.ts";
import { stripePayments, type TestMesh } from "../support/test-mesh.ts";

interface Stage {
  mesh: TestMesh;
  temporal: Client;
  seller: Person;
  first: Person;
  second: Person;
}

/** Tells one row of the lifecycle's table to its end; returns the id of the workflow that lived it. */
export type Recording = (stage: Stage) => Promise<string>;

const lifecycle = (order: Order) => `order-${order.id}`;
const past = (order: Order, ms = 100) => sleep(Math.max(expiry(order).getTime() + ms - Date.now(), 0));

async function bought({ seller, first }: Stage): Promise<{ ticket: Ticket; order: Order }> {
  const ticket = await listWithRetries(seller);
  return { ticket, order: await lockWithRetries(first, ticket) };
}

/** An order whose buyer was about to pay when the event was cancelled. */
async function cancelledWithItsEvent({ mesh, seller, first }: Stage) {
  const { event, listed } = await announceEvent(seller, 1);
  const [ticket] = listed;
  if (!ticket) throw new Error("there is no ticket");
  const order = await lockWithRetries(first, ticket);
  await retry(() => first.payments.startPayment({ orderId: order.id }));
  await cancelAsOperator(mesh, event);
  await waitForEnd(first, order, OrderStatus.CANCELLED);
  return { event, order };
}

/** The case of a sale whose charge a bank disputes, and its PaymentIntent. `dueIn`: seconds in which the bank is answered. */
async function disputed(
  stage: Stage,
  dueIn = 86_400,
): Promise<{ caseId: string; payment_intent: string | undefined }> {
  const { mesh, seller, first } = stage;
  const { order } = await stories.purchase(mesh, seller, first);
  const [intent] = await stripePayments(mesh, order.id);
  const due_by = Math.floor(Date.now() / 1_000) + dueIn;
  await control(mesh, "POST", "disputes", { payment_intent: intent?.id, due_by });
  const { id } = await retry(async () => {
    const { cases } = await seller.cases.listCases({});
    return cases.find((each) => each.orderId === order.id);
  });
  return { caseId: id, payment_intent: intent?.id };
}

const untilCase = (seller: Person, caseId: string, status: CaseStatus): Promise<Case> =>
  retry(async () => {
    const { case: found } = await seller.cases.getCase({ caseId });
    return found?.status === status ? found : undefined;
  });

/** An order whose money is held while no worker runs: what the worker finds when it comes. */
async function paidUnseen(stage: Stage): Promise<{ ticket: Ticket; order: Order }> {
  await stage.mesh.process("workflows").kill();
  const { ticket, order } = await bought(stage);
  await payWithRetries(stage.mesh, stage.first, order);
  await retry(async () => {
    const { payment } = await stage.first.payments.getPayment({ orderId: order.id });
    return payment?.status === PaymentStatus.AUTHORIZED ? true : undefined;
  });
  return { ticket, order };
}

/** Sold, and Stripe is away when its money is to be taken; waits until the workflow waits for it. */
async function soldWithStripeAway(stage: Stage): Promise<Order> {
  const { ticket, order } = await paidUnseen(stage);
  await stage.mesh.process("stripe").kill();
  await stage.mesh.process("workflows").start();
  await retry(async () => {
    const { ticket: now } = await stage.second.tickets.getTicket({ ticketId: ticket.id });
    return now && now.version > ticket.version + 1n ? true : undefined;
  });
  await sleep(3_000);
  return order;
}

/** One for each row of the lifecycle's table, and for the ways into it that leave another history. */
export const recordings: Record<string, Recording> = {
  async complete({ mesh, seller, first }) {
    return lifecycle((await stories.purchase(mesh, seller, first)).order);
  },
  /** Seen in time: it waits for its deadline without a task, and begins as the money is held. */
  async "begun-by-payment"({ mesh, seller, first }) {
    return lifecycle((await stories.purchase(mesh, seller, first)).order);
  },
  /** The same, and nothing happens before the deadline. */
  async "begun-at-deadline"(stage) {
    const { order } = await bought(stage);
    await waitForEnd(stage.first, order, OrderStatus.EXPIRED);
    return lifecycle(order);
  },
  async expire(stage) {
    const { order } = await bought(stage);
    await waitForEnd(stage.first, order, OrderStatus.EXPIRED);
    return lifecycle(order);
  },
  async "expire-unpaid"({ mesh, seller, first }) {
    return lifecycle((await stories.expiry(mesh, seller, first)).order);
  },
  async cancel(stage) {
    const { order } = await bought(stage);
    await stage.first.orders.cancelOrder({ orderId: order.id });
    await waitForEnd(stage.first, order, OrderStatus.CANCELLED);
    return lifecycle(order);
  },
  async "cancel-though-authorised"(stage) {
    await injectFault(stage.mesh, { kind: "webhook_hold", operation: "*" });
    const { order } = await bought(stage);
    await payWithRetries(stage.mesh, stage.first, order);
    await stage.first.orders.cancelOrder({ orderId: order.id });
    await waitForEnd(stage.first, order, OrderStatus.CANCELLED);
    return lifecycle(order);
  },
  async "cancel-after-sale"(stage) {
    const order = await soldWithStripeAway(stage);
    await stage.first.orders.cancelOrder({ orderId: order.id });
    await sleep(1_000);
    await stage.mesh.process("stripe").start();
    await waitForEnd(stage.first, order, OrderStatus.COMPLETE);
    return lifecycle(order);
  },
  async declined(stage) {
    const { order } = await bought(stage);
    const payment = await stage.first.payments.startPayment({ orderId: order.id });
    const { stripe } = stage.mesh.addresses;
    for (let n = 0; n < 3; n++) await confirmPayment(stripe, payment, "pm_card_chargeDeclined");
    await waitForEnd(stage.first, order, OrderStatus.CANCELLED);
    return lifecycle(order);
  },
  async "webhook-late"(stage) {
    await injectFault(stage.mesh, { kind: "webhook_hold", operation: "*" });
    const { order } = await bought(stage);
    await payWithRetries(stage.mesh, stage.first, order);
    await waitForEnd(stage.first, order, OrderStatus.COMPLETE);
    return lifecycle(order);
  },
  async "decided-late"(stage) {
    const { order } = await paidUnseen(stage);
    await past(order);
    await stage.mesh.process("workflows").start();
    await waitForEnd(stage.first, order, OrderStatus.COMPLETE);
    return lifecycle(order);
  },
  async "decided-late-ticket-gone"(stage) {
    const { ticket, order } = await paidUnseen(stage);
    await past(order);
    await lockWithRetries(stage.second, ticket);
    await stage.mesh.process("workflows").start();
    await waitForEnd(stage.first, order, OrderStatus.EXPIRED);
    return lifecycle(order);
  },
  async "authorised-too-late"(stage) {
    const { order } = await bought(stage);
    const payment = await stage.first.payments.startPayment({ orderId: order.id });
    await confirmPayment(stage.mesh.addresses.stripe, payment, "pm_card_threeDSecure2Required");
    await stage.mesh.process("workflows").kill();
    await past(order, 1_100);
    const [intent] = await stripePayments(stage.mesh, order.id);
    await control(stage.mesh, "POST", "authentications", { payment_intent: intent?.id, success: true });
    await stage.mesh.process("workflows").start();
    await waitForEnd(stage.first, order, OrderStatus.EXPIRED);
    return lifecycle(order);
  },
  async "capture-refused"(stage) {
    const { order } = await paidUnseen(stage);
    await injectFault(stage.mesh, { kind: "refuse", operation: "payment_intents.capture", count: 10 });
    await stage.mesh.process("workflows").start();
    await waitForEnd(stage.first, order, OrderStatus.CANCELLED);
    return lifecycle(order);
  },
  async "capture-unknown"(stage) {
    const order = await soldWithStripeAway(stage);
    await stage.mesh.process("stripe").start();
    await waitForEnd(stage.first, order, OrderStatus.COMPLETE);
    return lifecycle(order);
  },
  /** As the patch `capture-listens` lets it go: the news ends the pause. */
  async "capture-heard"(stage) {
    const order = await soldWithStripeAway(stage);
    await stage.mesh.process("stripe").start();
    await stage.first.orders.cancelOrder({ orderId: order.id });
    await waitForEnd(stage.first, order, OrderStatus.COMPLETE);
    return lifecycle(order);
  },
  /** Takes the more than ten minutes for which the workflow waits. */
  async "capture-unknown-for-good"(stage) {
    const order = await soldWithStripeAway(stage);
    await sleep(11.5 * 60_000);
    await stage.mesh.process("stripe").start();
    await waitForEnd(stage.first, order, OrderStatus.CANCELLED);
    return lifecycle(order);
  },
  async earning({ mesh, seller, first }) {
    await onboard(seller);
    const { order } = await stories.purchase(mesh, seller, first);
    // What is paid at the first try needs no workflow.
    await injectFault(mesh, { kind: "error_before", operation: "transfers.create", count: 1 });
    await deliverAndPassEvent(mesh, seller, order.id);
    await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
    return `earning-${order.id}`;
  },
  /** Of the release before evidence was submitted: its run ended once what the seller earned was frozen. */
  async "case-held"(stage) {
    return `case-${(await disputed(stage)).caseId}`;
  },
  /** The bank is told what speaks for the sale when half of its time is over. */
  async "case-evidence"(stage) {
    const { caseId } = await disputed(stage, 10);
    await retry(async () => {
      const { case: found } = await stage.seller.cases.getCase({ caseId });
      return found?.bankAnswer?.evidenceSubmittedTime;
    });
    return `case-${caseId}`;
  },
  /** The bank decides for the buyer, and what was decided is done. */
  async "case-lost"(stage) {
    const { caseId, payment_intent } = await disputed(stage);
    await control(stage.mesh, "POST", "disputes/close", { payment_intent, status: "lost" });
    await untilCase(stage.seller, caseId, CaseStatus.CLOSED);
    return `case-${caseId}`;
  },

  async refund({ mesh, seller, first }) {
    return `refund-${(await stories.refund(mesh, seller, first)).order.id}`;
  },
  async "cancelled-with-its-event"(stage) {
    return lifecycle((await cancelledWithItsEvent(stage)).order);
  },
  /** The last run: a pass that finds nothing left. */
  async "event-cancellation"(stage) {
    return `event-cancellation-${(await cancelledWithItsEvent(stage)).event.id}`;
  },
  /** The run that finds an order whose lifecycle was lost, and starts it again. */
  async reconciliation(stage) {
    const { order } = await bought(stage);
    await retry(() => stage.temporal.workflow.getHandle(lifecycle(order)).terminate("lost"));
    await waitForEnd(stage.first, order, OrderStatus.EXPIRED);
    return retry(async () => {
      for await (const { workflowId } of stage.temporal.workflow.list({
        query: 'WorkflowType = "reconciliation" AND ExecutionStatus = "Completed"',
      })) {
        const { drift } = (await stage.temporal.workflow.getHandle(workflowId).result()) as Reconciled;
        if (drift.some(({ orderId }) => orderId === order.id)) return workflowId;
      }
      return undefined;
    });
  },
  async "refund-after-the-event-began"(stage) {
    const { mesh, seller, first } = stage;
    const begins = Date.now() + 12_000;
    const { ticket } = await seller.tickets.createTicket(newListing("Tonight", new Date(begins)));
    if (!ticket) throw new Error("there is no ticket");
    const order = await lockWithRetries(first, ticket);
    await payWithRetries(mesh, first, order);
    await waitForEnd(first, order, OrderStatus.COMPLETE);
    await mesh.process("workflows").kill();
    await first.orders.requestRefund({ orderId: order.id });
    await sleep(Math.max(begins + 500 - Date.now(), 0));
    await mesh.process("workflows").start();
    await waitForEnd(first, order, OrderStatus.REFUNDED);
    return `refund-${order.id}`;
  },
};
