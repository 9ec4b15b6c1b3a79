import { createHmac } from "node:crypto";
import type { Payment } from "../src/payment.ts";
import type { PaymentWorld } from "./payment-world.ts";

/** What specs of webhooks do: Stripe's messages as it sends them, and waiting for what becomes of them. */
export type WebhookCalls = ReturnType<typeof webhookCalls>;

export function webhookCalls(world: PaymentWorld) {
  async function until(id: string, wanted: (payment: Payment) => boolean): Promise<Payment> {
    for (let waited = 0; waited < 8_000; waited += 20) {
      const payment = await world.payment(id);
      if (wanted(payment)) return payment;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the payment never became so: ${JSON.stringify(await world.payment(id))}`);
  }

  /** All that has happened so far to these objects of Stripe's was told. */
  async function allTold(objects: readonly { id: string }[]): Promise<void> {
    const ids = objects.map(({ id }) => id);
    const waiting = () =>
      world.double.state.events
        .all()
        .some(({ data, pending_webhooks }) => ids.includes(data.object.id) && pending_webhooks > 0);
    while (waiting()) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const told = (orderId: string) => allTold(world.refunds(orderId));

  const started = async () => {
    const order = world.order();
    return { order, secret: await world.start(order) };
  };
  /** The double's event of a type for an order, as its webhook carries it. */
  const event = (orderId: string, type: string) => {
    const [intent] = world.intents(orderId);
    const found = world.double.state.events
      .all()
      .find((candidate) => candidate.type === type && candidate.data.object.id === intent?.id);
    if (!found) throw new Error(`there is no ${type} for ${orderId}`);
    return JSON.stringify(found);
  };
  const sign = (body: string, at = Date.now(), secret = world.double.webhookSecret) => {
    const seconds = Math.floor(at / 1000);
    return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
  };
  const post = (body: string, signature: string | undefined = sign(body)) =>
    world.webhook({ method: "POST", headers: { "stripe-signature": signature }, body: Buffer.from(body) });

  /** Does something at the double that only Stripe or a bank can do to a PaymentIntent. */
  const control = (path: string, intentId: string | undefined, body: object = {}) =>
    fetch(`${world.double.url}/control/${path}`, {
      method: "POST",
      body: JSON.stringify({ payment_intent: intentId, ...body }),
    });
  return { until, allTold, told, started, event, sign, post, control };
}
