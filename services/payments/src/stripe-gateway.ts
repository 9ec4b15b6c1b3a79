import Stripe from "stripe";
import { type ReadEntry, readEntry, statusOf } from "./intent-entry.ts";
import type { IntentSnapshot, Money } from "./payment.ts";

const TIMEOUT_MS = 5000;
/** The SDK repeats with the same idempotency key what Stripe asks to repeat: lost connections and conflicts. */
const SDK_RETRIES = 1;
const TOLERANCE_S = 300;

/** Why a call to Stripe did not succeed. */
export class StripeFailure extends Error {
  /** `refused`: Stripe said no, nothing happened. `unknown`: it may have happened. */
  readonly kind: "refused" | "unknown";
  /** Stripe answered 5xx, and will answer the same for this idempotency key again. */
  readonly serverError: boolean;

  constructor(kind: "refused" | "unknown", serverError: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "StripeFailure";
    this.kind = kind;
    this.serverError = serverError;
  }
}

/** A webhook event, reduced to what concerns us. */
export type WebhookEvent =
  | { kind: "intent"; intentId: string; decline?: { eventId: string; code: string } }
  | { kind: "dispute"; intentId: string }
  | { kind: "other" };

/** Stripe, or its double, through the official SDK. Failures are {@link StripeFailure}s. */
export interface StripeGateway {
  /** Makes the order's PaymentIntent, which says whose it is. The key is the mesh's own, as the order's id may not be. */
  create(
    order: { id: string; amount: Money; meshId: string },
    key: string,
  ): Promise<{ intent: IntentSnapshot; clientSecret: string }>;
  fetch(intentId: string): Promise<IntentSnapshot>;
  fetchClientSecret(intentId: string): Promise<string>;
  /** A page of what was created in [since, until), newest first; `next` is where the page after it begins. */
  list(span: {
    since: Date;
    until: Date;
    limit: number;
    after?: string;
  }): Promise<{ entries: ReadEntry[]; next?: string }>;
  /** The PaymentIntent's entry; undefined when Stripe has no such one. */
  find(intentId: string): Promise<ReadEntry | undefined>;
  capture(intentId: string, key: string): Promise<void>;
  cancel(intentId: string, key: string): Promise<void>;
  refund(intentId: string, key: string): Promise<void>;
  /** The event in a signed webhook; undefined when signature or age (300 s) is wrong. */
  readWebhook(body: Uint8Array, signature: string): WebhookEvent | undefined;
}

export function createStripeGateway(options: {
  secretKey: string;
  webhookSecret: string;
  url?: string;
}): StripeGateway {
  const url = options.url ? new URL(options.url) : undefined;
  const stripe = new Stripe(options.secretKey, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: SDK_RETRIES,
    telemetry: false,
    ...(url && {
      host: url.hostname,
      port: Number(url.port),
      protocol: url.protocol === "https:" ? ("https" as const) : ("http" as const),
    }),
  });

  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failureOf(error);
    }
  };

  return {
    create: (order, key) =>
      call(async () => {
        const intent = await stripe.paymentIntents.create(
          {
            amount: order.amount.minorUnits,
            currency: order.amount.currency.toLowerCase(),
            capture_method: "manual",
            metadata: { order_id: order.id, mesh_id: order.meshId },
          },
          { idempotencyKey: `${order.meshId}:${key}` },
        );
        return { intent: snapshot(intent), clientSecret: secretOf(intent) };
      }),
    fetch: (intentId) =>
      call(async () => {
        const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] });
        const charge = chargeOf(intent);
        // Releasing a hold also marks its charge refunded: only captured money can go back.
        if (!charge?.refunded || !charge.captured) return snapshot(intent);
        const refunds = await stripe.refunds.list({ payment_intent: intentId, limit: 1 });
        return { ...snapshot(intent), refundId: refunds.data[0]?.id ?? charge.id };
      }),
    fetchClientSecret: (intentId) =>
      call(async () => secretOf(await stripe.paymentIntents.retrieve(intentId))),
    list: ({ since, until, limit, after }) =>
      call(async () => {
        const { data, has_more: more } = await stripe.paymentIntents.list({
          created: { gte: Math.floor(since.getTime() / 1000), lt: Math.ceil(until.getTime() / 1000) },
          limit,
          expand: ["data.latest_charge"],
          ...(after && { starting_after: after }),
        });
        return { entries: data.map(readEntry), next: more ? data.at(-1)?.id : undefined };
      }),
    async find(intentId) {
      try {
        return readEntry(await stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] }));
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "refused") return undefined;
        throw failure;
      }
    },
    capture: (intentId, key) =>
      call(async () => {
        await stripe.paymentIntents.capture(intentId, {}, { idempotencyKey: key });
      }),
    cancel: (intentId, key) =>
      call(async () => {
        await stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey: key });
      }),
    refund: (intentId, key) =>
      call(async () => {
        await stripe.refunds.create({ payment_intent: intentId }, { idempotencyKey: key });
      }),
    readWebhook(body, signature) {
      try {
        const raw = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
        return reduced(stripe.webhooks.constructEvent(raw, signature, options.webhookSecret, TOLERANCE_S));
      } catch {
        return undefined;
      }
    },
  };
}

function failureOf(error: unknown): StripeFailure {
  if (error instanceof Stripe.errors.StripeError) {
    const status = error.statusCode ?? 0;
    const refused = status >= 400 && status < 500 && status !== 409 && status !== 429;
    return new StripeFailure(refused ? "refused" : "unknown", status >= 500, error);
  }
  return new StripeFailure("unknown", false, error);
}

function chargeOf(intent: Stripe.PaymentIntent): Stripe.Charge | undefined {
  return intent.latest_charge && typeof intent.latest_charge === "object" ? intent.latest_charge : undefined;
}

function secretOf(intent: Stripe.PaymentIntent): string {
  if (!intent.client_secret) throw new Error("Stripe sent a PaymentIntent without its client secret");
  return intent.client_secret;
}

function snapshot(intent: Stripe.PaymentIntent): IntentSnapshot {
  const charge = chargeOf(intent);
  return {
    id: intent.id,
    status: statusOf(intent.status),
    ...(charge && { chargeTime: new Date(charge.created * 1000) }),
  };
}

const idOf = (reference: string | { id: string } | null): string =>
  typeof reference === "string" ? reference : (reference?.id ?? "");

function reduced(event: Stripe.Event): WebhookEvent {
  switch (event.type) {
    case "payment_intent.payment_failed": {
      const error = event.data.object.last_payment_error;
      const code = error?.decline_code ?? error?.code ?? "declined";
      return { kind: "intent", intentId: event.data.object.id, decline: { eventId: event.id, code } };
    }
    case "payment_intent.amount_capturable_updated":
    case "payment_intent.succeeded":
    case "payment_intent.canceled":
      return { kind: "intent", intentId: event.data.object.id };
    case "charge.refunded":
      return { kind: "intent", intentId: idOf(event.data.object.payment_intent) };
    case "charge.dispute.created":
      return { kind: "dispute", intentId: idOf(event.data.object.payment_intent) };
    default:
      return { kind: "other" };
  }
}
