import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import { bookDifferences } from "./compare-books.ts";
import { endCase, holdForCase } from "./earning-cases.ts";
import { partRefunded, reduce } from "./earning-parts.ts";
import { holdForRefund, refunded } from "./earning-refund.ts";

let world: PayoutWorld;
beforeAll(async () => {
  world = await openPayoutWorld();
}, 60_000);
afterEach(() => world.double.faults.clear());
afterAll(() => world?.close());

const CREATE = { operation: "transfers.create", count: 1 } as const;
const refund = async (orderId: string) => {
  await world.earnings.update(orderId, (earning) => holdForRefund(earning, world.clock(), world.clock()));
  await world.earnings.update(orderId, (earning) => refunded(earning, world.clock()));
};

describe("a transfer", () => {
  it("brings the seller the price less the fee, out of the buyer's charge, once however often it is asked", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    const answers = await Promise.all(
      [1, 2, 3].map(() => world.moves.transfer(id, chargeId).catch(() => null)),
    );
    expect(answers.some((earning) => earning?.status === EarningStatus.TRANSFERRED)).toBe(true);
    await world.moves.transfer(id, chargeId);
    expect(world.transfers(id)).toMatchObject([
      { amount: 11_250, currency: "usd", destination: seller.accountId, source_transaction: chargeId },
    ]);
    expect(await world.earnings.get(id)).toMatchObject({ status: EarningStatus.TRANSFERRED });
  });

  it.each(["drop_response", "error_after", "hang"] as const)(
    "whose answer is lost (%s) is found at Stripe before another is asked for",
    async (kind) => {
      const seller = await world.seller();
      const { id, chargeId } = await world.released(seller.id);
      world.double.faults.add({ ...CREATE, kind, ...(kind === "drop_response" && { count: 2 }) });
      const first = await world.moves.transfer(id, chargeId).catch((error: unknown) => error);
      world.double.faults.clear();
      if (kind === "hang") expect(first).toMatchObject({ reason: "STRIPE_UNAVAILABLE" });
      world.calls.length = 0;
      const after = await world.moves.transfer(id, chargeId);
      expect(after.status).toBe(EarningStatus.TRANSFERRED);
      if (kind === "hang") expect(world.calls[0]).toBe("findTransfer");
      expect(world.transfers(id)).toHaveLength(1);
    },
    20_000,
  );

  it("that was begun by a process that died is looked for before it is asked for again", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    const begun = { accountId: seller.accountId, chargeId };
    await world.earnings.update(id, (earning) => ({ ...earning, begun, version: earning.version + 1 }));
    world.calls.length = 0;
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
    expect(world.calls).toEqual(["findTransfer", "transfer"]);
  });

  it("keeps its key while its outcome is unknown, and gets another after a grace of calls and one of looks", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    world.double.faults.add({ kind: "saved_error_before", operation: "transfers.create" });
    const ask = () => world.moves.transfer(id, chargeId).catch((error: { reason: string }) => error.reason);
    expect(await ask()).toBe("STRIPE_UNAVAILABLE");
    expect((await world.earnings.get(id)).attempts.transfer.number).toBe(1);
    await expect(
      world.earnings.update(id, (earning) => holdForRefund(earning, world.clock(), world.clock())),
    ).rejects.toMatchObject({ reason: "EARNING_UNDERWAY" });
    world.wait(world.graceMs);
    world.calls.length = 0;
    expect(await ask()).toBe("STRIPE_UNAVAILABLE");
    expect(world.calls).not.toContain("transfer");
    expect((await world.earnings.get(id)).attempts.transfer.number).toBe(1);
    world.wait(world.graceMs);
    expect(await ask()).toBe("STRIPE_UNAVAILABLE");
    expect((await world.earnings.get(id)).attempts.transfer.number).toBe(2);
    world.double.faults.clear();
    world.calls.length = 0;
    expect(await ask()).toMatchObject({ status: EarningStatus.TRANSFERRED });
    expect(world.calls).toEqual(["findTransfer", "transfer"]);
    expect(world.transfers(id)).toHaveLength(1);
  });

  it("is under way until what was asked last can act no more", async () => {
    const { id, chargeId } = await world.released((await world.seller()).id);
    world.double.faults.add({ kind: "hang", operation: "transfers.create" });
    const ask = () => world.moves.transfer(id, chargeId).catch(() => null);
    await ask();
    world.wait(world.graceMs);
    await ask();
    await expect(
      world.earnings.update(id, (earning) => holdForRefund(earning, world.clock(), world.clock())),
    ).rejects.toMatchObject({ reason: "EARNING_UNDERWAY" });
    // The calls that hung act now.
    world.double.faults.clear();
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
    expect(world.transfers(id)).toHaveLength(1);
  }, 20_000);

  it("that Stripe refuses waits, says why, and is made once Stripe takes it", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    world.double.faults.add({ ...CREATE, kind: "refuse", code: "balance_insufficient" });
    expect(await world.moves.transfer(id, chargeId)).toMatchObject({
      status: EarningStatus.RELEASED,
      holdReason: EarningHoldReason.PROVIDER,
      refusal: { code: "balance_insufficient" },
    });
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
    expect(world.transfers(id)).toHaveLength(1);
  });

  it("to an account that can take nothing waits for the account, also if that shows only as Stripe refuses", async () => {
    const seller = await world.seller();
    await world.restrict(seller.accountId);
    const { id, chargeId } = await world.released(seller.id);
    expect(await world.moves.transfer(id, chargeId)).toMatchObject({
      status: EarningStatus.RELEASED,
      holdReason: EarningHoldReason.ACCOUNT,
    });
    await world.complete(seller.accountId);
    const account = await world.accounts.find(seller.id);
    if (account) await world.accounts.refresh(account);
    expect(await world.earnings.due(world.clock(), 100)).toContain(id);
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
  });

  it("is not asked for once a refund was announced", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    await world.earnings.update(id, (earning) => holdForRefund(earning, world.clock(), world.clock()));
    world.calls.length = 0;
    expect((await world.moves.transfer(id, chargeId)).holdReason).toBe(EarningHoldReason.REFUND);
    expect(world.calls).toEqual([]);
  });

  const openCase = (id: string) =>
    world.earnings.update(id, (earning) => holdForCase(earning, "case", world.clock()));

  it("is not asked for while a case is open, and is once it has ended", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    await openCase(id);
    world.calls.length = 0;
    expect((await world.moves.transfer(id, chargeId)).begun).toBeUndefined();
    expect(world.calls).toEqual([]);
    await world.earnings.update(id, (earning) => endCase(earning, "case", false, world.clock()));
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
  });

  it("that was begun before a case was opened is only looked for, and frozen once it cannot act any more", async () => {
    const { id, chargeId } = await world.released((await world.seller()).id);
    const ask = () => world.moves.transfer(id, chargeId).catch((error: { reason: string }) => error.reason);
    world.double.faults.add({ ...CREATE, kind: "error_before" });
    await ask();
    world.double.faults.clear();
    await openCase(id);
    world.calls.length = 0;
    expect(await ask()).toBe("STRIPE_UNAVAILABLE");
    world.wait(2 * world.graceMs);
    await ask();
    expect((await world.earnings.get(id)).begun).toBeUndefined();
    expect(await ask()).toMatchObject({ status: EarningStatus.RELEASED });
    expect(world.calls).not.toContain("transfer");
    expect(world.transfers(id)).toEqual([]);
  });

  it("that acted before a case was opened is found", async () => {
    const { id, chargeId } = await world.released((await world.seller()).id);
    world.double.faults.add({ kind: "error_after", ...CREATE });
    world.double.faults.add({ kind: "error_before", operation: "transfers.list" });
    await world.moves.transfer(id, chargeId).catch(() => null);
    world.double.faults.clear();
    await openCase(id);
    expect((await world.moves.transfer(id, chargeId)).status).toBe(EarningStatus.TRANSFERRED);
  });
});

describe("what is owed", () => {
  async function transferred() {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    await world.moves.transfer(id, chargeId);
    return { id, seller };
  }

  it("is taken back once, also if the answer is lost, and not before the buyer has the money", async () => {
    const { id } = await transferred();
    await world.earnings.update(id, (earning) => holdForRefund(earning, world.clock(), world.clock()));
    expect((await world.moves.recover(id)).status).toBe(EarningStatus.OWED);
    expect(world.transfers(id)).toMatchObject([{ amount_reversed: 0 }]);
    await refund(id);
    world.double.faults.add({ kind: "error_after", operation: "transfer_reversals.create", count: 1 });
    expect((await world.moves.recover(id)).status).toBe(EarningStatus.REVERSED);
    expect((await world.moves.recover(id)).status).toBe(EarningStatus.REVERSED);
    expect(world.transfers(id)).toMatchObject([{ amount_reversed: 11_250 }]);
  });

  it("of which a part was taken back past us is taken back as a whole", async () => {
    const { id } = await transferred();
    const { transferId = "" } = await world.earnings.get(id);
    const { id: part } = await world.takeBack(transferId, 1_000);
    await refund(id);
    const after = await world.moves.recover(id);
    expect(after.status).toBe(EarningStatus.REVERSED);
    expect(after.entries.map((entry) => entry.id)).not.toContain(part);
    expect(world.transfers(id)).toMatchObject([{ amount_reversed: 11_250 }]);
  });

  it("of parts of the price is taken back part by part, each with a key of its own, and then the rest", async () => {
    const { id } = await transferred();
    const give = async (part: string, amount: number) => {
      await world.earnings.update(id, (earning) => reduce(earning, { id: part, amount }, world.clock()));
      await world.earnings.update(id, (earning) => partRefunded(earning, part, world.clock()));
    };
    await give("case:1", 2_500);
    world.double.faults.add({ kind: "error_after", operation: "transfer_reversals.create", count: 1 });
    expect(await world.moves.recover(id)).toMatchObject({
      status: EarningStatus.TRANSFERRED,
      takenBack: 2_250,
    });
    expect(world.transfers(id)).toMatchObject([{ amount_reversed: 2_250 }]);
    await give("case:2", 1_000);
    expect((await world.moves.recover(id)).takenBack).toBe(3_150);
    expect((await world.moves.recover(id)).takenBack).toBe(3_150);
    await refund(id);
    const after = await world.moves.recover(id);
    expect(after.status).toBe(EarningStatus.REVERSED);
    const shown = await world.gateway.listTransfers(id);
    expect(shown[0]?.reversals.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([
      900, 2_250, 8_100,
    ]);
    expect(bookDifferences(after, shown)).toEqual([]);
  });

  it("by an account that is empty stays owed, and is taken back once there is something", async () => {
    const { id, seller } = await transferred();
    await world.payOut(seller.accountId);
    await refund(id);
    expect(await world.moves.recover(id)).toMatchObject({
      status: EarningStatus.OWED,
      refusal: { code: "balance_insufficient" },
    });
    const next = await world.released(seller.id);
    await world.moves.transfer(next.id, next.chargeId);
    expect((await world.moves.recover(id)).status).toBe(EarningStatus.REVERSED);
  });
});
