import { signedEvent } from "@ticketing/runtime/stripe/signed-event";
import { createStripeCalls, type StripeOptions } from "@ticketing/runtime/stripe/stripe-calls";
import type { Money } from "@ticketing/runtime/values/money";
import { accountEventTypes } from "./account-event-types.ts";
import { accountFacts } from "./account-facts.ts";
import type { ShownTransfer } from "./compare-books.ts";
import type { AccountFacts } from "./seller-account.ts";

/** An account at Stripe, in our words. */
export interface ShownAccount extends AccountFacts {
  id: string;
}

/** What is transferred, of whose charge, and to whom. */
export interface WantedTransfer {
  orderId: string;
  amount: Money;
  accountId: string;
  chargeId: string;
}

/**
 * Stripe Connect, or its double: separate charges and transfers. Failures are StripeFailures. The idempotency key of what
 * is made stands in its metadata too, as `operation_id`: keys are forgotten after a day, and cannot be asked for.
 */
export interface StripeGateway {
  /** Opens a seller's account. https://docs.stripe.com/api/accounts/create */
  openAccount(sellerId: string, key: string): Promise<ShownAccount>;
  fetchAccount(accountId: string): Promise<ShownAccount>;
  /** Stripe's own page for onboarding. https://docs.stripe.com/connect/hosted-onboarding */
  onboardingPage(accountId: string, back: string): Promise<string>;
  /**
   * Transfers a part of a charge, once it is available: of its charge only, at most what is left of it, and in the
   * currency of the charge's balance transaction, which is the price's where the platform settles in it. Returns its id.
   * https://docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability
   */
  transfer(wanted: WantedTransfer, key: string): Promise<string>;
  /** The order's transfer; undefined where there is none. */
  findTransfer(orderId: string): Promise<string | undefined>;
  /**
   * Takes back all of a transfer that was not taken back yet, but for `staying` in minor units. Returns the reversal's id.
   * https://docs.stripe.com/api/transfer_reversals/create
   */
  reverse(transferId: string, staying: number, key: string): Promise<string>;
  /** The reversal since which all of the transfer but `staying` is taken back; undefined while more of it is not. */
  findReversal(transferId: string, staying: number): Promise<string | undefined>;
  /** All transfers of an order, ours or made by hand, and what was taken back of each. */
  listTransfers(orderId: string): Promise<ShownTransfer[]>;
  /**
   * The account that a signed webhook is about; null: about nothing that is followed. Undefined when signature or age
   * (300 s) is wrong. https://docs.stripe.com/connect/webhooks
   */
  readWebhook(body: Uint8Array, signature: string): string | null | undefined;
}

export function createStripeGateway(
  options: StripeOptions & {
    /** A webhook is signed with one of these. */
    webhookSecrets: readonly string[];
  },
): StripeGateway {
  const { stripe, call } = createStripeCalls(options);
  return {
    openAccount: (sellerId, key) =>
      call("accounts.create", async () => {
        const account = await stripe.accounts.create(
          {
            // An account with Stripe's own Express Dashboard: docs.stripe.com/connect/migrate-to-controller-properties
            controller: {
              stripe_dashboard: { type: "express" },
              fees: { payer: "application" },
              losses: { payments: "application" },
              requirement_collection: "stripe",
            },
            capabilities: { transfers: { requested: true } },
            metadata: { seller_id: sellerId, operation_id: key },
          },
          { idempotencyKey: key },
        );
        return { id: account.id, ...accountFacts(account) };
      }),
    fetchAccount: (accountId) =>
      call(
        "accounts.retrieve",
        async () => ({ id: accountId, ...accountFacts(await stripe.accounts.retrieve(accountId)) }),
        true,
      ),
    onboardingPage: (account, back) =>
      call(
        "account_links.create",
        async () => {
          // Stripe leads to `refresh_url` when the page has expired or was opened before: the web app asks for another.
          const page = { account, refresh_url: back, return_url: back, type: "account_onboarding" } as const;
          return (await stripe.accountLinks.create(page)).url;
        },
        true,
      ),
    transfer: ({ orderId, amount, accountId, chargeId }, key) =>
      call("transfers.create", async () => {
        const made = await stripe.transfers.create(
          {
            amount: amount.minorUnits,
            currency: amount.currency.toLowerCase(),
            destination: accountId,
            source_transaction: chargeId,
            transfer_group: orderId,
            metadata: { order_id: orderId, operation_id: key },
          },
          { idempotencyKey: key },
        );
        return made.id;
      }),
    findTransfer: (orderId) =>
      call("transfers.list", async () => {
        const { data } = await stripe.transfers.list({ transfer_group: orderId, limit: 100 });
        return data.find(({ metadata }) => metadata.order_id === orderId)?.id;
      }),
    reverse: (transferId, staying, key) =>
      call("transfer_reversals.create", async () => {
        // Without an amount Stripe is asked for the entire transfer, also where somebody took back a part of it.
        const { amount, amount_reversed: back } = await stripe.transfers.retrieve(transferId);
        const wanted = { amount: amount - back - staying, metadata: { operation_id: key } };
        const made = await stripe.transfers.createReversal(transferId, wanted, { idempotencyKey: key });
        return made.id;
      }),
    findReversal: (transferId, staying) =>
      call(
        "transfer_reversals.list",
        async () => {
          const { amount, amount_reversed: back } = await stripe.transfers.retrieve(transferId);
          if (back < amount - staying) return undefined;
          return (await stripe.transfers.listReversals(transferId, { limit: 1 })).data[0]?.id;
        },
        true,
      ),
    listTransfers: async (orderId) => {
      const { data } = await call("transfers.list", () =>
        stripe.transfers.list({ transfer_group: orderId, limit: 100 }),
      );
      return Promise.all(
        data.map(async ({ id, amount, currency, amount_reversed: back }) => {
          const reversals = () => stripe.transfers.listReversals(id, { limit: 100 });
          const taken = back > 0 ? (await call("transfer_reversals.list", reversals, true)).data : [];
          const shown = taken.map((each) => ({ id: each.id, amount: each.amount }));
          return { id, amount, currency: currency.toUpperCase(), reversals: shown };
        }),
      );
    },
    readWebhook(body, signature) {
      const event = signedEvent(stripe, options.webhookSecrets, body, signature);
      if (!event) return undefined;
      const isFollowed = event !== "thin" && accountEventTypes.some((type) => type === event.type);
      return isFollowed ? (event.account ?? null) : null;
    },
  };
}
