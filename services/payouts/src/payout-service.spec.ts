import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { amend } from "@ticketing/runtime/documents/transition";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { createRateLimit } from "@ticketing/runtime/process/rate-limit";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import { holdForCase } from "./earning-cases.ts";
import { createPayoutService, LOOK_RATE, ONBOARDING_RATE } from "./payout-service.ts";

let world: PayoutWorld;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof PayoutService>>;
beforeAll(async () => {
  world = await openPayoutWorld();
  const service = createPayoutService({
    ...{ earnings: world.earnings, accounts: world.accounts },
    onboardingLimit: createRateLimit(ONBOARDING_RATE, world.clock),
    lookLimit: createRateLimit(LOOK_RATE, world.clock),
    unfreezeLimits: new Map([["USD", 12_000]]),
    clock: world.clock,
  });
  as = (caller) => clientOf(PayoutService, service, caller);
}, 60_000);
afterAll(() => world?.close());

const reason = (call: Promise<unknown>) => call.then(() => "done", reasonOf);
const accountsOf = (sellerId: string) =>
  world.double.state.accounts.all().filter(({ metadata }) => metadata.seller_id === sellerId);

it("nobody gets anything without a session", async () => {
  const answers = await rejectsEveryCall(PayoutService, as("nobody"));
  expect(new Set(Object.values(answers))).toEqual(new Set(["UNAUTHENTICATED"]));
});

describe("onboarding", () => {
  it("opens one account however often it is asked, and a page of its own each time", async () => {
    const seller = as({ user: "alice" });
    const pages = await Promise.all([1, 2, 3].map(() => seller.startOnboarding({})));
    expect(new Set(pages.map(({ url }) => url)).size).toBe(3);
    expect(accountsOf("alice")).toHaveLength(1);
    const first = await fetch(pages[0]?.url ?? "");
    expect(first.status).toBe(200);
    const again = await fetch(pages[0]?.url ?? "", { redirect: "manual" });
    expect(again.headers.get("location")).toBe("https://tickets.example.com/get-paid");
  });

  it("of an account whose answer was lost goes on with that one", async () => {
    world.double.faults.add({ kind: "drop_response", operation: "accounts.create", count: 1 });
    const seller = as({ user: "bob" });
    expect(await reason(seller.startOnboarding({}))).toBe("done");
    expect(accountsOf("bob")).toHaveLength(1);
  });

  it("that Stripe refuses says so, and is asked for with another key the next time", async () => {
    const refused = {
      kind: "refuse",
      operation: "accounts.create",
      count: 1,
      code: "account_invalid_country",
    };
    world.double.faults.add(refused as Parameters<typeof world.double.faults.add>[0]);
    const seller = as({ user: "carol" });
    expect(await reason(seller.startOnboarding({}))).toBe("ONBOARDING_REFUSED");
    expect(await reason(seller.startOnboarding({}))).toBe("done");
  });

  it("is limited: each page is a call of Stripe's", async () => {
    const seller = as({ user: "dave" });
    for (let n = 0; n < ONBOARDING_RATE.count; n++) await seller.startOnboarding({});
    expect(await reason(seller.startOnboarding({}))).toBe("TOO_MANY_ONBOARDINGS");
    expect(await reason(as({ user: "erin" }).startOnboarding({}))).toBe("done");
  });
});

describe("an account", () => {
  const statusOf = async (user: string) => (await as({ user }).getSellerAccount({})).account;

  it("shows what Stripe shows, also what happened there since, and the last known while Stripe is away", async () => {
    expect(await statusOf("frank")).toMatchObject({ id: "frank", status: SellerAccountStatus.NONE });
    await as({ user: "frank" }).startOnboarding({});
    const begun = await statusOf("frank");
    expect(begun?.status).toBe(SellerAccountStatus.ONBOARDING);
    expect(begun?.missing).toContain("external_account");
    const account = accountsOf("frank")[0]?.id ?? "";
    world.double.faults.add({ kind: "error_before", operation: "accounts.retrieve" });
    await world.complete(account);
    expect((await statusOf("frank"))?.status).toBe(SellerAccountStatus.ONBOARDING);
    world.double.faults.clear();
    expect(await statusOf("frank")).toMatchObject({ status: SellerAccountStatus.READY, missing: [] });
  });
});

describe("earnings", () => {
  it("are their seller's alone, newest sale first, page by page", async () => {
    const { id: grace } = await world.seller("grace");
    const sales = [await world.released(grace), await world.released(grace)];
    const seller = as({ user: grace });
    const first = await seller.listEarnings({ pageSize: 1 });
    const rest = await seller.listEarnings({ pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.earnings, ...rest.earnings].map(({ id }) => id)).toEqual(
      sales.map(({ id }) => id).reverse(),
    );
    const [sale] = sales;
    const { earning } = await seller.getEarning({ orderId: sale?.id ?? "" });
    expect(earning).toMatchObject({ status: EarningStatus.RELEASED, fee: 1_250n, net: 11_250n, owed: 0n });
    expect(earning?.holdReason).toBe(EarningHoldReason.UNSPECIFIED);
    const other = as({ user: "heidi" });
    expect((await other.listEarnings({})).earnings).toEqual([]);
    expect(await reason(other.getEarning({ orderId: sale?.id ?? "" }))).toBe("NOT_YOUR_EARNING");
    expect(await reason(seller.getEarning({ orderId: "nothing" }))).toBe("EARNING_NOT_FOUND");
  });
});

describe("what operators keep by hand", () => {
  const first = { user: "op-1", roles: ["operator"] };
  const second = { user: "op-2", roles: ["operator"] };
  const why = { reason: "a warning of the police" };

  it("is listed for them, who froze it and why, and what cases keep is not", async () => {
    const { id: ivan } = await world.seller("ivan");
    const [kept, ofCase] = [await world.released(ivan), await world.released(ivan)];
    await world.earnings.update(ofCase.id, (now) => holdForCase(now, randomUUID(), world.clock()));
    await as(first).freezeEarning({ orderId: kept.id, ...why });
    const { earnings } = await as(second).listFrozenEarnings({});
    expect(earnings).toMatchObject([{ earning: { id: kept.id }, operatorId: "op-1", ...why }]);
    expect(earnings[0]?.proposal).toBeUndefined();
    expect(await reason(as({ user: ivan }).listFrozenEarnings({}))).toBe("ROLE_REQUIRED");
    expect(await as(second).unfreezeEarning({ orderId: kept.id, ...why })).toMatchObject({ proposed: false });
    expect((await as(second).listFrozenEarnings({})).earnings).toEqual([]);
    await as(first).freezeEarning({ orderId: kept.id, ...why });
    const { REVERSED } = EarningStatus;
    await world.earnings.update(kept.id, (now) => amend(now, { status: REVERSED }, world.clock()));
    expect((await as(second).listFrozenEarnings({})).earnings).toEqual([]);
  });

  it("one of them frees up to a limit, and above it two", async () => {
    const { id: judy } = await world.seller("judy");
    const { id: orderId } = await world.released(judy);
    const price = { minorUnits: 13_334, currency: "USD" };
    await world.earnings.update(orderId, (now) => amend(now, { price, fee: 1_333 }, world.clock()));
    await as(first).freezeEarning({ orderId, ...why });
    const asked = await as(first).unfreezeEarning({ orderId, ...why });
    expect(asked).toMatchObject({ proposed: true, earning: { holdReason: EarningHoldReason.CASE } });
    const [listed] = (await as(second).listFrozenEarnings({})).earnings;
    expect(listed).toMatchObject({ operatorId: "op-1", proposal: { operatorId: "op-1", ...why } });
    const agreement = { orderId, version: listed?.earning?.version ?? 0n };
    expect(await reason(as(first).agreeToUnfreeze(agreement))).toBe("ANOTHER_OPERATOR_NEEDED");
    expect(await reason(as({ user: "mallory" }).agreeToUnfreeze(agreement))).toBe("ROLE_REQUIRED");
    const { earning } = await as(second).agreeToUnfreeze(agreement);
    expect(earning?.holdReason).toBe(EarningHoldReason.UNSPECIFIED);
    expect(await reason(as(second).agreeToUnfreeze(agreement))).toBe("done");
  });
});
