import { inTime } from "@ticketing/runtime/process/in-time";
import type { LifecycleClients } from "./clients.ts";
import { answering } from "./refusal.ts";

/** How old an answer may be, and how long one is waited for. */
const FRESH_MS = 1_000;

/**
 * Tells whether payments answers, by reading an order's payment. It is asked once a second at most, for all who want to
 * know meanwhile.
 */
export function createPaymentsProbe({ payments }: Pick<LifecycleClients, "payments">) {
  let askedTime = Number.NEGATIVE_INFINITY;
  let answers = Promise.resolve(false);
  return (orderId: string): Promise<boolean> => {
    if (performance.now() - askedTime > FRESH_MS) {
      askedTime = performance.now();
      const read = answering(payments.readPayment({ orderId }), "found", { PAYMENT_NOT_FOUND: "none" });
      answers = inTime(read, FRESH_MS, () => new Error("payments does not answer")).then(
        () => true,
        () => false,
      );
    }
    return answers;
  };
}
