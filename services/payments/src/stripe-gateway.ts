import { signedEvent } from "@ticketing/runtime/stripe/signed-event";
import { createStripeCalls, type StripeOptions } from "@ticketing/runtime/stripe/stripe-calls";
import type { Money } from "@ticketing/runtime/values/money";
import type Stripe from "stripe";
import type { ShownDispute } from "./disputes.ts";
import type { EvidenceTexts, EvidenceWish } from "./evidence.ts";
import { ifKnown } from "./if-known.ts";
import { type ReadEntry, readEntry } from "./intent-entry.ts";
import { chargeOf, snapshot } from "./intent-snapshot.ts";
import type { IntentSnapshot } from "./observe-intent.ts";
import { shownDispute } from "./shown-dispute.ts";
import { reduced, type WebhookEvent } from "./webhook-event.ts";

/** So many of a PaymentIntent are read at most. */
export const MAX_REFUNDS = 1000;
export const MAX_DISPUTES = 100;

/**
 * Stripe, or its double, through the official SDK. Failures are StripeFailures. The idempotency key of what
 * is made stands in its metadata too, as `operation_id`: keys are forgotten after a day, and cannot be asked for.
 */
export interface StripeGateway {
  /** Makes the order's PaymentIntent, which says whose it is. The key is the mesh's own, as the order's id may not be. */
  create(
    order: { id: string; amount: Money; meshId: string },
    key: string,
  ): Promise<{ intent: IntentSnapshot; clientSecret: string }>;
  /**
   * The PaymentIntent that this mesh made with this key; undefined when a search shows none. What was made in the last
   * minute may not show yet. https://docs.stripe.com/search#data-freshness
   */
  findByOperation(order: { meshId: string }, key: string): Promise<string | undefined>;
  fetch(intentId: string): Promise<IntentSnapshot>;
  /** All disputes of its charge, oldest first. */
  fetchDisputes(intentId: string): Promise<ShownDispute[]>;
  fetchClientSecret(intentId: string): Promise<string>;
  /**
   * A page of what was created in [since, until), newest first; `next` is where the page after it begins. Undefined
   * when Stripe has no such one to begin after.
   */
  list(span: {
    since: Date;
    until: Date;
    limit: number;
    after?: string;
  }): Promise<{ entries: ReadEntry[]; next?: string } | undefined>;
  /** The PaymentIntent's entry; undefined when Stripe has no such one. */
  find(intentId: string): Promise<ReadEntry | undefined>;
  capture(intentId: string, key: string): Promise<IntentSnapshot>;
  /** Without a key each call stands for itself: what one was refused is asked anew by the next. */
  cancel(intentId: string, key?: string): Promise<IntentSnapshot>;
  /** Gives back so much in minor units, or all that is left of the charge; Stripe refuses more than that. */
  refund(intentId: string, key: string, amount?: number): Promise<void>;
  /**
   * Gives a dispute these texts, in place of the draft that it has, and with `submit` sends them to the bank, which takes
   * them once. https://docs.stripe.com/api/disputes/update
   */
  updateDispute(disputeId: string, wish: EvidenceWish, key: string): Promise<void>;
  /** Accepts the loss of a dispute, for good. https://docs.stripe.com/api/disputes/close */
  closeDispute(disputeId: string, key: string): Promise<void>;
  /**
   * The currencies in which the account keeps a balance, as ISO 4217 codes: what is charged in another is converted.
   * https://docs.stripe.com/api/balance/balance_object
   */
  settledCurrencies(): Promise<string[]>;
  /** The event in a signed webhook; undefined when signature or age (300 s) is wrong. */
  readWebhook(body: Uint8Array, signature: string): WebhookEvent | undefined;
}

export function createStripeGateway(
  options: StripeOptions & {
    /** A webhook is signed with one of these. */
    webhookSecrets: readonly string[];
  },
): StripeGateway {
  const { stripe, call } = createStripeCalls(options);

  return {
    create: (order, key) =>
      call("payment_intents.create", async () => {
        const intent = await stripe.paymentIntents.create(
          {
            amount: order.amount.minorUnits,
            currency: order.amount.currency.toLowerCase(),
            capture_method: "manual",
            // What is later transferred of the charge is found by it: docs.stripe.com/connect/separate-charges-and-transfers
            transfer_group: order.id,
            metadata: { order_id: order.id, mesh_id: order.meshId, operation_id: operationId(order, key) },
          },
          { idempotencyKey: operationId(order, key) },
        );
        return { intent: snapshot(intent), clientSecret: secretOf(intent) };
      }),
    findByOperation: (order, key) =>
      call("payment_intents.search", async () => {
        const query = `metadata['operation_id']:'${operationId(order, key)}'`;
        return (await stripe.paymentIntents.search({ query, limit: 1 })).data[0]?.id;
      }),
    fetch: (intentId) => {
      const retrieve = async () => {
        const expand = ["latest_charge.refunds"];
        const intent = await stripe.paymentIntents.retrieve(intentId, { expand });
        const list = chargeOf(intent)?.refunds;
        // An expanded list ends after ten.
        const more = list?.has_more && stripe.refunds.list({ payment_intent: intentId, limit: 100 });
        const refunds = more ? await more.autoPagingToArray({ limit: MAX_REFUNDS }) : (list?.data ?? []);
        return snapshot(intent, refunds);
      };
      return call("payment_intents.retrieve", retrieve, true);
    },
    fetchDisputes: (intentId) =>
      call("disputes.list", async () => {
        const { data } = await stripe.disputes.list({ payment_intent: intentId, limit: MAX_DISPUTES });
        return data.map(shownDispute).reverse();
      }),
    fetchClientSecret: (intentId) =>
      call(
        "payment_intents.retrieve",
        async () => secretOf(await stripe.paymentIntents.retrieve(intentId)),
        true,
      ),
    list({ since, until, limit, after }) {
      const page = () =>
        call("payment_intents.list", async () => {
          const { data, has_more: more } = await stripe.paymentIntents.list({
            created: { gte: Math.floor(since.getTime() / 1000), lt: Math.ceil(until.getTime() / 1000) },
            limit,
            expand: ["data.latest_charge"],
            ...(after && { starting_after: after }),
          });
          return { entries: data.map(readEntry), next: more ? data.at(-1)?.id : undefined };
        });
      return after ? ifKnown(after, page) : page();
    },
    find: (intentId) =>
      ifKnown(intentId, () =>
        call("payment_intents.retrieve", async () =>
          readEntry(await stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] })),
        ),
      ),
    capture: (intentId, key) =>
      call("payment_intents.capture", async () =>
        snapshot(await stripe.paymentIntents.capture(intentId, {}, { idempotencyKey: key })),
      ),
    cancel: (intentId, key) =>
      call("payment_intents.cancel", async () =>
        snapshot(await stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey: key })),
      ),
    refund: (intentId, key, amount) =>
      call("refunds.create", async () => {
        const metadata = { operation_id: key };
        const wanted = { payment_intent: intentId, metadata, ...(amount !== undefined && { amount }) };
        await stripe.refunds.create(wanted, { idempotencyKey: key });
      }),
    updateDispute: (disputeId, { texts, submit }, key) => {
      const update = async () => {
        const evidence = evidenceParameters(texts);
        const metadata = { operation_id: key };
        await stripe.disputes.update(disputeId, { evidence, metadata, submit }, { idempotencyKey: key });
      };
      return call("disputes.update", update, true);
    },
    closeDispute: (disputeId, key) =>
      call("disputes.close", async () => {
        await stripe.disputes.close(disputeId, {}, { idempotencyKey: key });
      }),
    settledCurrencies: () =>
      call("balance.retrieve", async () => {
        const { available, pending } = await stripe.balance.retrieve();
        const kept = [...available, ...pending].map(({ currency }) => currency.toUpperCase());
        return [...new Set(kept)].sort();
      }),
    readWebhook(body, signature) {
      const event = signedEvent(stripe, options.webhookSecrets, body, signature);
      return event === "thin" ? { kind: "other" } : event && reduced(event);
    },
  };
}

/** Texts by Stripe's names. One that is empty takes away what an earlier draft had in its place. */
const evidenceParameters = (texts: EvidenceTexts): Stripe.DisputeUpdateParams.Evidence => ({
  product_description: texts.productDescription,
  service_date: texts.serviceDate,
  access_activity_log: texts.accessActivityLog,
  refund_policy_disclosure: texts.refundPolicyDisclosure,
  uncategorized_text: texts.uncategorizedText,
});

/** Of what a mesh makes. A copy of its database has orders of the same ids. */
const operationId = ({ meshId }: { meshId: string }, key: string): string => `${meshId}:${key}`;

function secretOf(intent: Stripe.PaymentIntent): string {
  if (!intent.client_secret) throw new Error("Stripe sent a PaymentIntent without its client secret");
  return intent.client_secret;
}
