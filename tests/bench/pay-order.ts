import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { confirmPayment } from "@ticketing/stripe-double/confirm-payment";
import type { OpenOrder } from "../support/load/supply.ts";
import { watchUntil } from "../support/people.ts";
import type { TestMesh } from "../support/test-mesh.ts";

/** Begins the payment, confirms it as a browser does, and waits until the order's live view shows COMPLETE. */
export async function payOrder(mesh: TestMesh, open: OpenOrder): Promise<void> {
  await confirmOrder(mesh, open, await open.buyer.payments.startPayment({ orderId: open.order.id }));
}

/** The second half of it. Returns the milliseconds from the answer to the confirmation until COMPLETE was seen. */
export async function confirmOrder(
  mesh: TestMesh,
  { buyer, order }: OpenOrder,
  payment: Parameters<typeof confirmPayment>[1],
): Promise<number> {
  let confirmed = 0;
  const confirm = async () => {
    const { ok, declineCode } = await confirmPayment(mesh.addresses.stripe, payment, "pm_card_visa");
    if (!ok) throw new Error(`the card was declined: ${declineCode}`);
    confirmed = performance.now();
  };
  await Promise.all([confirm(), watchUntil(buyer, order.id, OrderStatus.COMPLETE, 120_000)]);
  return performance.now() - confirmed;
}
