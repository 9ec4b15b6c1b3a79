import { createStripeKeyWatch } from "@ticketing/runtime/stripe/stripe-key-watch";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { type StripeDouble, startStripeDouble } from "@ticketing/stripe-double/server";
import Stripe from "stripe";
import { hold, look } from "../src/earning.ts";
import { createEarningStore, type EarningStore, earningAggregate } from "../src/earning-aggregate.ts";
import { createMoneyMoves } from "../src/move-money.ts";
import { createDebtNetting } from "../src/net-debts.ts";
import { createSellerAccountStore, sellerAccountAggregate } from "../src/seller-account-aggregate.ts";
import { createSellerAccounts } from "../src/seller-accounts.ts";
import { createStripeGateway, type StripeGateway } from "../src/stripe-gateway.ts";

/** Everything that moves a seller's money, on a real database and the double of Stripe, without a server. */
export type PayoutWorld = Awaited<ReturnType<typeof openPayoutWorld>>;

export async function openPayoutWorld() {
  const database = await openSpecDatabase();
  const double: StripeDouble = await startStripeDouble();
  const log = { warn: () => undefined, error: () => undefined, info: () => undefined };
  const { url, secretKey, port } = double;
  const gateway = createStripeGateway({
    ...{ secretKey, url, keyWatch: createStripeKeyWatch(log) },
    longestCallMs: 2_000,
    webhookSecrets: [double.connectWebhookSecret],
  });
  /** What was asked of the gateway, by the names of its methods. */
  const calls: string[] = [];
  const stripe = new Proxy(gateway, {
    get(target, name: keyof StripeGateway) {
      calls.push(name);
      return target[name];
    },
  });
  const sdk = new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const earnings = createEarningStore(await earningAggregate.store(database.db));
  const storedAccounts = createSellerAccountStore(await sellerAccountAggregate.store(database.db));
  const graceMs = 60_000;
  const backUrl = "https://tickets.example.com/get-paid";
  const accounts = createSellerAccounts({
    ...{ accounts: storedAccounts, earnings, stripe, backUrl, graceMs, clock },
  });
  const movesOf = (store: EarningStore) => {
    const netting = createDebtNetting({ earnings: store, clock });
    return createMoneyMoves({ earnings: store, netting, accounts, stripe, graceMs, clock, log });
  };
  const moves = movesOf(earnings);
  let orders = 0;

  const control = async (path: string, body: object) => {
    const { ok } = await fetch(`${url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!ok) throw new Error(`the double refused ${path}`);
  };

  const world = {
    ...{ gateway, earnings, accounts, storedAccounts, moves, double, calls, clock, graceMs },
    /** The same by a process that sees earnings through another store. */
    movesOf,
    /** Lets time pass for the service; Stripe's goes on as it does. */
    wait: (ms: number) => {
      ahead += ms;
    },
    /** A seller whose account takes transfers. */
    async seller(id = `seller-${orders + 1}`) {
      await accounts.onboardingPage(id);
      const { accountId = "" } = (await accounts.find(id)) ?? {};
      await control("accounts/complete", { account: accountId });
      const account = await accounts.find(id);
      if (account) await accounts.refresh(account);
      return { id, accountId };
    },
    restrict: (account: string) => control("accounts/restrict", { account }),
    complete: (account: string) => control("accounts/complete", { account }),
    payOut: (account: string) => control("accounts/pay_out", { account }),
    /** Somebody takes back a part of a transfer past us. */
    takeBack: (transferId: string, amount: number) => sdk.transfers.createReversal(transferId, { amount }),
    /** A sale of 125.00, whose money was taken and whose earning is released. */
    async released(sellerId: string) {
      const _id = `order-${++orders}`;
      const { latest_charge: charge } = await sdk.paymentIntents.create({
        ...{ amount: 12_500, currency: "usd", confirm: true, payment_method: "pm_card_visa" },
        ...{ transfer_group: _id, metadata: { order_id: _id } },
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      });
      const sale = { _id, sellerId, ticketId: "ticket", title: "Night", releaseTime: clock() };
      await earnings.insert(
        look(hold({ ...sale, price: { minorUnits: 12_500, currency: "USD" }, fee: 1_250 }, clock()), clock()),
      );
      return { id: _id, chargeId: String(charge) };
    },
    /** What the double holds for an order. */
    transfers: (orderId: string) =>
      double.state.transfers.all().filter(({ transfer_group: group }) => group === orderId),
    async close() {
      await double.close();
      await database.close();
    },
  };
  return world;
}
