import {
  condition,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from "@temporalio/workflow";
import type { Reason } from "@ticketing/proto/reason";
import { endingByRefusal, PATIENT, QUICK, reasonOf, retriedActivities } from "../activity-retries.ts";
import { type ChangeSignal, handleChangeSignal } from "../change-signal.ts";
import { retryRefund } from "../refund-retries.ts";
import type { OrderLifecycleActivities } from "./activities.ts";
import { type CancelCause, type Decision, decide, type ExpireCause } from "./decision.ts";

const {
  readOrderAndPayment,
  sellTicket,
  completeOrder,
  releaseMoney: tryReleaseMoney,
  unlockTicket,
  relistTicket,
  cancelOrder,
  expireOrder,
} = retriedActivities<OrderLifecycleActivities>();

/** An order ends even if captured money cannot be returned: operators are notified. */
const releaseMoney = (orderId: string) => retryRefund(() => tryReleaseMoney(orderId));

/** How long a sale stands while nobody knows whether its money was taken. */
const CAPTURE_MS = 10 * 60_000;
/** Faults of ours that an operator mends: nothing happened, and no sale is undone however long that takes. */
const OUR_FAULTS: readonly string[] = ["STRIPE_KEY_REFUSED", "PAYMENTS_SUSPENDED"] satisfies Reason[];
const { capturePayment } = proxyLocalActivities<OrderLifecycleActivities>(QUICK);
const { capturePayment: capturePatiently } = proxyActivities<OrderLifecycleActivities>(PATIENT);

/** What the process that starts a lifecycle has read. */
export interface Sighting {
  /** When the order was there in time and payments answered, in epoch milliseconds. */
  time: number;
}

/**
 * One order from its lock to its end: complete, cancelled or expired. It begins when something happens to the order or
 * its payment, and at the latest at the deadline. Signals are hints; order and payment are read again before anything
 * is decided. Selling the ticket is the point of no return for a cancellation.
 * `seen` is absent if nobody has seen order and payments yet, and in what earlier releases started.
 */
export async function orderLifecycle(orderId: string, seen?: Sighting): Promise<void> {
  const signal = handleChangeSignal();
  await endingByRefusal(async () => {
    const { ticketId, decision } = await awaitDecision(orderId, signal, seen);
    switch (decision.next) {
      case "complete":
        return complete(orderId, ticketId, signal);
      case "cancel":
        return cancel(orderId, ticketId, decision.because);
      case "expire":
        return expire(orderId, ticketId, decision.because);
    }
  });
}

/** Waits until there is something to do: a payment, a wish to cancel, the last decline or the deadline. */
async function awaitDecision(
  orderId: string,
  signal: ChangeSignal,
  seen: Sighting | undefined,
): Promise<{ ticketId: string; decision: Decision }> {
  let firstLook = seen?.time;
  let askStripe = false;
  for (;;) {
    signal.received = false;
    const { order, payment, policy } = await readOrderAndPayment(orderId, askStripe);
    firstLook ??= Date.now();
    const decision = decide(order, payment, policy, Date.now(), firstLook);
    // Before an order expires Stripe is asked once more: the message of a payment made in time may be late.
    if (decision.next === "expire" && !askStripe) {
      askStripe = true;
      continue;
    }
    if (decision.next !== "wait") return { ticketId: order.ticketId, decision };
    askStripe = !(await condition(() => signal.received, Math.max(decision.until - Date.now(), 1)));
  }
}

/** Sell, then take the money, then complete. */
async function complete(orderId: string, ticketId: string, signal: ChangeSignal): Promise<void> {
  // Paid in time and decided too late: that is not the buyer's doing.
  if ((await sellTicket(orderId, ticketId)) === "lost") return expire(orderId, ticketId, "payment_failed");
  if ((await capture(orderId, signal)) === "refused") return undoSale(orderId, ticketId);
  await completeOrder(orderId);
}

/**
 * Takes the money; an outcome that stays unknown for too long counts as a refusal, to be made one. Between tries it
 * listens: Stripe's own message that the money was taken need not wait for the end of a pause of minutes.
 */
async function capture(orderId: string, signal: ChangeSignal): Promise<"captured" | "refused"> {
  const giveUp = Date.now() + CAPTURE_MS;
  let listens: boolean | undefined;
  for (let pause = 5_000; ; ) {
    signal.received = false;
    try {
      return await capturePayment(orderId);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (OUR_FAULTS.includes(reasonOf(error) ?? "")) return await capturePatiently(orderId);
      if (Date.now() >= giveUp) return "refused";
      // Asked once and only here: an order that paused deafly before this came pauses deafly to its end, and one
      // that needs no pause has nothing to tell in its history.
      listens ??= patched("capture-listens");
      if (!listens) await sleep(pause);
      else if (await condition(() => signal.received, pause)) continue;
      pause *= 2;
    }
  }
}

/** The money did not come after the sale: what is held or was taken goes back, the ticket is for sale again. */
async function undoSale(orderId: string, ticketId: string): Promise<void> {
  await releaseMoney(orderId);
  await relistTicket(orderId, ticketId);
  await cancelOrder(orderId, "capture_refused");
}

/** A cancellation's reasons: the one by which tickets counts strikes, and the one that people read at the order. */
const told = {
  buyer: { unlock: "cancelled", order: "buyer" },
  buyer_unable: { unlock: "payment_failed", order: "buyer" },
  declined: { unlock: "declined", order: "payment_failed" },
  payment_failed: { unlock: "payment_failed", order: "payment_failed" },
  event_cancelled: { unlock: "payment_failed", order: "event_cancelled" },
} as const satisfies Record<CancelCause, object>;

/** Voids the payment before it unlocks the ticket: otherwise a buyer could pay for a ticket that is gone. */
async function cancel(orderId: string, ticketId: string, because: CancelCause): Promise<void> {
  await releaseMoney(orderId);
  const { unlock, order } = told[because];
  await unlockTicket(orderId, ticketId, unlock);
  await cancelOrder(orderId, order);
}

async function expire(orderId: string, ticketId: string, because: ExpireCause): Promise<void> {
  await releaseMoney(orderId);
  await unlockTicket(orderId, ticketId, because);
  await expireOrder(orderId);
}
