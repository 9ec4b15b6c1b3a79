import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import { createAccountWebhook } from "./account-webhook.ts";

let world: PayoutWorld;
beforeAll(async () => {
  world = await openPayoutWorld();
}, 60_000);
afterAll(() => world?.close());

/** The newest message about an account, as the double sends it. */
function message(account: string): string {
  const found = world.double.state.events.all().findLast((event) => event.account === account);
  if (!found) throw new Error(`nothing is told of ${account}`);
  return JSON.stringify(found);
}
const sign = (body: string, secret = world.double.connectWebhookSecret, seconds = Date.now() / 1_000) => {
  const at = Math.floor(seconds);
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
};
const post = async (body: string, signature: string | undefined = sign(body), method = "POST") => {
  const webhook = createAccountWebhook({ accounts: world.accounts, stripe: world.gateway });
  const headers = { "stripe-signature": signature };
  return webhook({ method, headers, body: Buffer.from(body) });
};
const statusOf = async (sellerId: string) => (await world.storedAccounts.get(sellerId)).status;

describe("a webhook about a seller's account", () => {
  it("has it looked at: it is restricted, and ready again, without anybody who asks", async () => {
    const { id, accountId } = await world.seller();
    await world.restrict(accountId);
    expect(await statusOf(id)).toBe(SellerAccountStatus.READY);
    expect((await post(message(accountId))).status).toBe(200);
    expect(await statusOf(id)).toBe(SellerAccountStatus.RESTRICTED);
    await world.complete(accountId);
    await post(message(accountId));
    expect(await statusOf(id)).toBe(SellerAccountStatus.READY);
  });

  it("is believed in nothing: an old one that comes late changes nothing", async () => {
    const { id, accountId } = await world.seller();
    await world.restrict(accountId);
    const restricted = message(accountId);
    await world.complete(accountId);
    const { version } = await world.storedAccounts.get(id);
    for (let time = 0; time < 2; time++) expect((await post(restricted)).status).toBe(200);
    expect(await world.storedAccounts.get(id)).toMatchObject({ status: SellerAccountStatus.READY, version });
  });

  it("that nobody known signed, or too long ago, is refused, and nothing is looked at", async () => {
    const { accountId } = await world.seller();
    const body = message(accountId);
    world.calls.length = 0;
    const tooOld = Date.now() / 1_000 - 301;
    const wrong = [sign(body, "whsec_other"), sign(body, undefined, tooOld), sign(`${body} `), ""];
    for (const signature of wrong) expect((await post(body, signature)).status).toBe(400);
    expect((await post(body, sign(body, world.double.webhookSecret))).status).toBe(400);
    expect((await post(body, sign(body), "PUT")).status).toBe(405);
    expect(world.calls).toEqual([]);
  });

  it("about another platform's account, or something else, is accepted and ignored", async () => {
    const { accountId } = await world.seller();
    world.calls.length = 0;
    const event = JSON.parse(message(accountId));
    const { account: _, ...own } = event;
    for (const other of [{ ...event, account: "acct_1other" }, { ...event, type: "payout.paid" }, own])
      expect((await post(JSON.stringify(other))).status).toBe(200);
    expect(world.calls).toEqual([]);
  });

  it("comes again while Stripe cannot be asked", async () => {
    const { id, accountId } = await world.seller();
    await world.restrict(accountId);
    const fault = world.double.faults.add({ kind: "error_before", operation: "accounts.retrieve" });
    await expect(post(message(accountId))).rejects.toThrow();
    world.double.faults.remove(fault.id);
    await post(message(accountId));
    expect(await statusOf(id)).toBe(SellerAccountStatus.RESTRICTED);
  });
});
