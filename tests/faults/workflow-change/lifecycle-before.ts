/**
 * The lifecycle as it was before `capture-listens`, to the letter: what a worker of the build before ran, and what
 * orders that began on it go on from. It changes when that patch is gone from the workflow, and goes with it.
 */
import {
  ApplicationFailure,
  condition,
  isCancellation,
  proxyLocalActivities,
  setHandler,
  sleep,
} from "@temporalio/workflow";
import type { OrderLifecycleActivities } from "@ticketing/workflows/order-lifecycle/activities";
import { type Decision, decide } from "@ticketing/workflows/order-lifecycle/decision";
import { somethingChanged } from "@ticketing/workflows/order-lifecycle/messages";

// Every activity is short and safe to repeat, and is repeated until it has an answer. As local activities
// they leave one event in the history where others leave three.
const {
  readOrderAndPayment,
  sellTicket,
  completeOrder,
  releaseMoney,
  unlockTicket,
  relistTicket,
  cancelOrder,
  expireOrder,
} = proxyLocalActivities<OrderLifecycleActivities>({
  startToCloseTimeout: "15s",
  retry: { initialInterval: "200ms", backoffCoefficient: 2, maximumInterval: "10s" },
});

/** How long a sale stands while nobody knows whether its money was taken. */
const CAPTURE_MS = 10 * 60_000;
const { capturePayment } = proxyLocalActivities<OrderLifecycleActivities>({
  startToCloseTimeout: "15s",
  retry: { initialInterval: "200ms", maximumAttempts: 3 },
});

/**
 * One order from its lock to its end: complete, cancelled or expired. Signals are hints; order and payment are
 * read again before anything is decided. Selling the ticket is the point of no return for a cancellation.
 */
export async function orderLifecycle(orderId: string): Promise<void> {
  const { ticketId, decision } = await awaitDecision(orderId);
  switch (decision.next) {
    case "complete":
      return complete(orderId, ticketId);
    case "cancel":
      return cancel(orderId, ticketId, decision.because.startsWith("buyer") ? "buyer" : "payment_failed");
    case "expire":
      return expire(orderId, ticketId);
  }
}

/** Waits until there is something to do: a payment, a wish to cancel, the last decline or the deadline. */
async function awaitDecision(orderId: string): Promise<{ ticketId: string; decision: Decision }> {
  let changed = false;
  setHandler(somethingChanged, () => {
    changed = true;
  });
  let askStripe = false;
  for (;;) {
    changed = false;
    const { order, payment, policy } = await readOrderAndPayment(orderId, askStripe);
    const decision = decide(order, payment, policy, Date.now());
    // Before an order expires Stripe is asked once more: the message of a payment made in time may be late.
    if (decision.next === "expire" && !askStripe) {
      askStripe = true;
      continue;
    }
    if (decision.next !== "wait") return { ticketId: order.ticketId, decision };
    askStripe = !(await condition(() => changed, Math.max(decision.until - Date.now(), 1)));
  }
}

/** Sell, then take the money, then complete. */
async function complete(orderId: string, ticketId: string): Promise<void> {
  if ((await sellTicket(orderId, ticketId)) === "lost") return expire(orderId, ticketId);
  if ((await capture(orderId)) === "refused") return undoSale(orderId, ticketId);
  await completeOrder(orderId);
}

/** Takes the money; an outcome that stays unknown for too long counts as a refusal, to be made one. */
async function capture(orderId: string): Promise<"captured" | "refused"> {
  const giveUp = Date.now() + CAPTURE_MS;
  for (let pause = 5_000; ; pause *= 2) {
    try {
      return await capturePayment(orderId);
    } catch (error) {
      // A refusal that no story knows: a person has to look.
      if (isCancellation(error) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
      if (Date.now() >= giveUp) return "refused";
      await sleep(pause);
    }
  }
}

/** The money did not come after the sale: what is held or was taken goes back, the ticket is for sale again. */
async function undoSale(orderId: string, ticketId: string): Promise<void> {
  await releaseMoney(orderId);
  await relistTicket(orderId, ticketId);
  await cancelOrder(orderId, "capture_refused");
}

/** The money is let go before the ticket: whoever pays at the last moment pays for nothing. */
async function cancel(orderId: string, ticketId: string, because: "buyer" | "payment_failed"): Promise<void> {
  await releaseMoney(orderId);
  await unlockTicket(orderId, ticketId, because === "buyer" ? "cancelled" : "payment_failed");
  await cancelOrder(orderId, because);
}

async function expire(orderId: string, ticketId: string): Promise<void> {
  await releaseMoney(orderId);
  await unlockTicket(orderId, ticketId, "expired");
  await expireOrder(orderId);
}
