import { expect, it } from "@jest/globals";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import { decide, type Judged, type JudgedCharge, type JudgedOrder } from "./decision.ts";

const { REFUND, DISPUTE, CHARGE, DELIVERY } = EarningHoldReason;
const sold: JudgedOrder = { status: OrderStatus.COMPLETE, ticket: { event: { cancelled: false } } };
const leftToBank = { refundRequestedTime: {}, refundRefusalReason: RefundRefusalReason.CHARGE_DISPUTED };
const taken: JudgedCharge = {
  ...{ providerChargeId: "ch_1", amountReceived: 12_500n, amountRefunded: 0n, disputed: false },
};

const judge = (order: JudgedOrder, charge: JudgedCharge | undefined, rest: Partial<Judged> = {}) =>
  decide(
    {
      ...{ order, charge, delivery: DeliveryStatus.DELIVERED, saleStands: false, refundsAccepted: false },
      ...rest,
    },
    { price: 12_500n, net: 11_250n },
  );
const paid = { next: "transfer", chargeId: "ch_1" };

it("a sale of which nothing was asked back is transferred, of the charge that paid it", () => {
  expect(judge(sold, taken)).toEqual(paid);
});

it("a sale of which a part went back is transferred where an operator accepts that, and the net amount is left", () => {
  const given = (amountRefunded: bigint, rest: Partial<Judged>) =>
    judge(sold, { ...taken, amountRefunded }, rest);
  expect(given(1_250n, { refundsAccepted: true })).toEqual(paid);
  const kept = { next: "block", reason: CHARGE };
  expect(given(1_251n, { refundsAccepted: true })).toEqual(kept);
  expect(given(1_250n, { saleStands: true })).toEqual(kept);
});

it("a sale whose refund was left to the bank is transferred once the charge is not disputed any more", () => {
  expect(judge({ ...sold, ...leftToBank }, taken)).toEqual(paid);
});

it.each([
  ["was refunded", { ...sold, status: OrderStatus.REFUNDED }, taken, REFUND],
  ["was cancelled", { ...sold, status: OrderStatus.CANCELLED }, taken, REFUND],
  ["is to be refunded", { ...sold, refundRequestedTime: {} }, taken, REFUND],
  [
    "is to be refunded, though the provider refused",
    { ...sold, refundRequestedTime: {}, refundRefusalReason: RefundRefusalReason.REFUSED_BY_PROVIDER },
    taken,
    REFUND,
  ],
  [
    "was left to the bank, which has not decided",
    { ...sold, ...leftToBank },
    { ...taken, disputed: true },
    DISPUTE,
  ],
  [
    "is for an event that does not take place",
    { ...sold, ticket: { event: { cancelled: true } } },
    taken,
    REFUND,
  ],
  ["was never paid", sold, undefined, CHARGE],
  ["was not paid in full", sold, { ...taken, amountReceived: 12_499n }, CHARGE],
  ["is disputed", sold, { ...taken, disputed: true }, DISPUTE],
  ["went back in part past the order", sold, { ...taken, amountRefunded: 1n }, CHARGE],
])("an earning whose sale %s is kept", (_, order, charge, reason) => {
  expect(judge(order, charge)).toEqual({ next: "block", reason });
});

const { AWAITING_SELLER, OVERDUE, DELIVERED, CONFIRMED, CANCELLED } = DeliveryStatus;

it.each([AWAITING_SELLER, OVERDUE, CANCELLED])(
  "a sale whose delivery is %s is kept, unless an operator has decided that it stands",
  (delivery) => {
    expect(judge(sold, taken, { delivery })).toEqual({ next: "block", reason: DELIVERY });
    expect(judge(sold, taken, { delivery, saleStands: true })).toEqual(paid);
    const disputed = judge(sold, { ...taken, disputed: true }, { delivery, saleStands: true });
    expect(disputed).toEqual({ next: "block", reason: DISPUTE });
  },
);

it.each([DELIVERED, CONFIRMED, undefined])("a sale whose delivery is %s is transferred", (delivery) => {
  expect(judge(sold, taken, { delivery })).toEqual(paid);
});
