import { describe, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { booksOf, passEvent, transfersOf } from "../support/payouts.ts";
import { deliverWithRetries, PRICE, retry, stories, waitForEnd } from "../support/stories.ts";
import { clearFaults, faultsLeft, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { type AfterSale, moneyOf, neverOverpaid, untilStatus } from "./after-sale-stage.ts";
import { waitUntilConsistent } from "./audit.ts";
import { both, killedAt, type Place } from "./places.ts";

const QUICK = Boolean(process.env.QUICK);

/** Stripe has given the money back, and nobody here knows. */
const decisive: Place[] = [["payments", "stripe POST /v1/refunds:after"]];
/** Each step of a case that ends with a refund, from the complaint on. */
const refundPlaces: Place[] = [
  ...["ReadOrder", "HoldForCase"].flatMap((rpc) => both("cases", `call ${rpc}`)),
  ...both("cases", "write cases.insertOne"),
  ...both("cases", "publish case_opened"),
  // Decided and closed.
  ...[1, 2].flatMap((nth) => both("cases", "write cases.replaceOne", nth)),
  ...["case_decided", "case_closed"].flatMap((event) => both("cases", `publish ${event}`)),
  // Held, released, reversed.
  ...[1, 2, 3].flatMap((nth) => both("payouts", "write earnings.replaceOne", nth)),
  ...["ReadCase", "HoldForCase", "RefundForCase", "RefundPayment", "EndCase", "CloseCase"].flatMap((rpc) =>
    both("workflows", `call ${rpc}`),
  ),
  ...both("orders", "write orders.replaceOne"),
  ...both("orders", "publish order_refund_requested"),
  ...both("payments", "stripe POST /v1/refunds"),
  ...both("payments", "publish payment_refunded"),
];
/** Where the sale stands. */
const keepPlaces: Place[] = [
  ...["EndCase", "CloseCase", "TransferEarning"].flatMap((rpc) => both("workflows", `call ${rpc}`)),
  ...both("cases", "publish case_decided"),
  ...both("payouts", "stripe POST /v1/transfers"),
];

/**
 * A complaint about a delivered ticket whose seller would be paid by now, decided by an operator. While the case is open
 * nothing is paid; afterwards one of the two has the money, once.
 */
async function complaint(stage: AfterSale, ruling: CaseRuling, arm: () => void = () => undefined) {
  const { mesh, seller, buyer, operator } = stage;
  const { order } = await stories.purchase(mesh, seller, buyer);
  const orderId = order.id;
  await deliverWithRetries(seller, order, { case: "transferNote", value: "It is in the app" });
  await untilStatus(stage, orderId, EarningStatus.HELD);
  await neverOverpaid(stage, orderId, async () => {
    arm();
    const opened = await retry(async () => {
      const complaint = { orderId, kind: CaseKind.INVALID, text: "The turnstile was red" };
      return (await buyer.cases.openCase(complaint)).case;
    });
    const caseId = opened.id;
    await passEvent(mesh, orderId);
    await retry(async () => {
      const { earning } = await seller.payouts.getEarning({ orderId });
      const waits = earning?.holdReason === EarningHoldReason.CASE;
      return (waits && earning?.status === EarningStatus.RELEASED) || undefined;
    });
    expect(await transfersOf(mesh, orderId)).toEqual([]);
    const statusOf = async () => (await operator.cases.getCase({ caseId })).case?.status;
    await retry(async () => {
      // An answer that was lost does not tell whether it is decided.
      if ((await statusOf()) !== CaseStatus.OPEN) return true;
      await operator.cases.decideCase({ caseId, ruling, reason: "A test" });
      return true;
    });
    await retry(async () => (await statusOf()) === CaseStatus.CLOSED || undefined);
    if (ruling === CaseRuling.REFUND) await waitForEnd(buyer, order, OrderStatus.REFUNDED);
    await untilStatus(
      stage,
      orderId,
      ruling === CaseRuling.REFUND ? EarningStatus.REVERSED : EarningStatus.TRANSFERRED,
    );
  });
  const { refunds, transferred, reversed } = await moneyOf(stage, orderId);
  const price = Number(PRICE.minorUnits);
  const isRefunded = ruling === CaseRuling.REFUND;
  expect({ refunds, transferred, reversed }).toEqual({
    refunds: isRefunded ? [price] : [],
    transferred: isRefunded ? 0 : price - Number(order.fee),
    reversed: 0,
  });
  expect(await transfersOf(mesh, orderId)).toHaveLength(isRefunded ? 0 : 1);
  const { facts, sums } = await booksOf(mesh, orderId);
  expect({ facts, sums }).toEqual({
    facts: isRefunded ? ["sale", "refund"] : ["sale", "transfer"],
    sums: [0, 0],
  });
}

/** What happens to cases. */
export function caseRounds(stage: () => AfterSale): void {
  describe("a case ends once, and its seller is not paid before", () => {
    it(
      "wherever a process is killed on the way to a refund",
      () =>
        reported("processes killed at each step of a case: refund", async () => {
          const tell = (arm: () => void) => complaint(stage(), CaseRuling.REFUND, arm);
          const times = await killedAt(stage().mesh, QUICK ? decisive : refundPlaces, tell);
          await waitUntilConsistent(stage().mesh);
          return times;
        }),
      2_400_000,
    );

    it("wherever a process is killed on the way to the sale that stands", async () => {
      if (QUICK) return;
      await reported("processes killed at each step of a case: the sale stands", async () => {
        const tell = (arm: () => void) => complaint(stage(), CaseRuling.REJECT, arm);
        const times = await killedAt(stage().mesh, keepPlaces, tell);
        await waitUntilConsistent(stage().mesh);
        return times;
      });
    }, 1_200_000);

    it(
      "whether Stripe answers late, twice, with an error or never",
      () =>
        reported("refunds of cases that Stripe answers late, twice, wrongly or never", async () => {
          const every = [
            ...["drop_response", "delay", "delay_response", "drop_request"],
            ...["error_before", "error_after", "saved_error_before", "hang"],
          ];
          const kinds = QUICK ? every.slice(0, 1) : every;
          for (const kind of kinds) {
            await injectFault(stage().mesh, {
              kind,
              operation: "refunds.create",
              count: 1,
              milliseconds: 6_000,
            });
            await complaint(stage(), CaseRuling.REFUND);
            expect(await faultsLeft(stage().mesh)).toEqual([]);
            await clearFaults(stage().mesh);
          }
          return kinds.length;
        }),
      1_200_000,
    );
  });
}
