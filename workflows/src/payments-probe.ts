import { inTime } from "@ticketing/runtime/process/in-time";
import type { LifecycleClients } from "./clients.ts";
import { answering } from "./refusal.ts";

/** How old a result may be, and how long the probe waits for one. */
const FRESH_MS = 1_000;

/**
 * Returns whether payments answers, by reading an order's payment. It calls payments once a second at most; callers
 * in between share the result.
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
