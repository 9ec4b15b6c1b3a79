import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PaymentStatus, RefundStatus } from "@ticketing/proto/payments/v1/payment";
import { errorInfoOf, reasonOf } from "@ticketing/runtime/process/domain-error";
import Stripe from "stripe";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { untilDone } from "../testing/until-done.ts";
import { observe } from "./observe-intent.ts";
import { afterPartFailure, beginPart } from "./part-refunds.ts";
import type { Payment } from "./payment.ts";
import { paymentState } from "./payment-message.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.double.faults.clear());

/** Long enough for a call without an answer to be given up. */
const pass = () => world.wait(world.graceMs);
/** A payment of 45.00 that was taken. */
const captured = async () => world.actions.capture(await world.authorized());
const give = async (id: string, amount = 1_500, partId = "case:1") =>
  world.parts.refund(await world.payment(id), { id: partId, amount });

describe("a part of the money", () => {
  it.each(["none", "drop_response", "error_after", "drop_request", "saved_error_before"] as const)(
    "goes back once, however often it is asked for (fault: %s)",
    async (kind) => {
      const { _id } = await captured();
      if (kind !== "none") world.double.faults.add({ kind, operation: "refunds.create", count: 2 });
      await untilDone(() => give(_id), pass);
      const again = await give(_id);
      expect(again.status).toBe(PaymentStatus.CAPTURED);
      expect(world.refunds(_id)).toMatchObject([{ amount: 1_500 }]);
      const { amountRefunded, partRefunds, manualRefunds } = paymentState(again);
      expect([amountRefunded, manualRefunds]).toEqual([1_500n, []]);
      expect(partRefunds).toMatchObject([
        { partId: "case:1", amount: 1_500n, status: RefundStatus.SUCCEEDED },
      ]);
      expect(again.history.at(-1)?.type).toBe("payment_part_refunded");
    },
  );

  it("stands beside a refund by hand of the rest that failed, unless all was seen to have gone back", async () => {
    const { _id } = await captured();
    const given = await give(_id);
    const seen = (payment: Payment, status: "succeeded" | "failed") => {
      const byHand = { id: "re_hand", amount: 3_000, status, createTime: world.clock() };
      const refunds = [...(given.refunds ?? []), byHand];
      const { intentId: id = "" } = given;
      return observe(payment, { id, status: "succeeded", amountReceived: 4_500, refunds }, world.clock());
    };
    expect(seen(given, "failed").status).toBe(PaymentStatus.CAPTURED);
    const all = seen(given, "succeeded");
    expect(all.status).toBe(PaymentStatus.REFUNDED);
    expect(seen(all, "failed").status).toBe(PaymentStatus.REFUND_FAILED);
  });

  it("is less than what is left beside other parts, refunds by hand, and parts that may go back yet", async () => {
    const { _id, intentId } = await captured();
    expect(await give(_id, 4_500).catch(errorInfoOf)).toMatchObject({ metadata: { left: "4500" } });
    await give(_id, 1_500);
    const sdk = new Stripe(world.double.secretKey, {
      ...{ host: "127.0.0.1", port: world.double.port, protocol: "http" as const },
    });
    await sdk.refunds.create({ payment_intent: intentId ?? "", amount: 1_000 });
    expect(await give(_id, 2_000, "case:2").catch(errorInfoOf)).toMatchObject({
      reason: "PART_TOO_LARGE",
      metadata: { left: "2000" },
    });
    const open = beginPart(await world.payment(_id), { id: "case:2", amount: 1_200 }, world.clock());
    expect(() => beginPart(open, { id: "case:3", amount: 800 }, world.clock())).toThrow(
      "less than what is left",
    );
    expect(beginPart(open, { id: "case:2", amount: 9 }, world.clock())).toBe(open);
    const refused = {
      id: "case:2",
      key: `${_id}:part:case:2:1`,
      failure: { kind: "refused", code: "no" },
    } as const;
    const free = afterPartFailure(open, refused, world.clock(), world.graceMs);
    expect(beginPart(free, { id: "case:3", amount: 800 }, world.clock()).parts).toHaveLength(3);
    expect(world.refunds(_id).map(({ amount }) => amount)).toEqual([1_500, 1_000]);
  });

  it("that is refused is told, and goes back with another key as soon as Stripe agrees", async () => {
    const { _id } = await captured();
    const code = "balance_insufficient";
    world.double.faults.add({ kind: "refuse", operation: "refunds.create", count: 1, code });
    expect(await give(_id).catch(errorInfoOf)).toMatchObject({
      reason: "REFUND_REFUSED",
      metadata: { stripeCode: code },
    });
    expect((await world.payment(_id)).history.at(-1)?.type).toBe("payment_action_refused");
    await give(_id);
    expect(world.refunds(_id)).toMatchObject([{ metadata: { operation_id: `${_id}:part:case:1:2` } }]);
  });

  it("that failed after it was made is told, does not count, and is not made again", async () => {
    const { _id } = await captured();
    await give(_id);
    await world.settleRefund(_id, { status: "failed", failure_reason: "expired_or_canceled_card" });
    const seen = await world.actions.refresh(await world.payment(_id));
    expect(seen.status).toBe(PaymentStatus.CAPTURED);
    expect(paymentState(seen)).toMatchObject({
      amountRefunded: 0n,
      partRefunds: [{ status: RefundStatus.FAILED, failureReason: "expired_or_canceled_card" }],
    });
    expect(await give(_id).catch(reasonOf)).toBe("PART_REFUND_FAILED");
    await give(_id, 4_400, "case:2");
    expect((await world.payment(_id)).status).toBe(PaymentStatus.CAPTURED);
    expect(world.refunds(_id)).toHaveLength(2);
  });

  it("and the rest by a whole refund give back the charge, and no more", async () => {
    const { _id } = await captured();
    await give(_id);
    const refunded = await world.actions.refund(await world.payment(_id));
    expect(refunded.status).toBe(PaymentStatus.REFUNDED);
    expect(world.refunds(_id).reduce((sum, { amount }) => sum + amount, 0)).toBe(4_500);
    expect(await give(_id, 1, "case:2").catch(reasonOf)).toBe("NOT_CAPTURED");
    expect((await give(_id)).status).toBe(PaymentStatus.REFUNDED);
  });

  it("of money that was not taken goes back to nobody", async () => {
    expect(await give((await world.authorized())._id).catch(reasonOf)).toBe("NOT_CAPTURED");
  });
});
