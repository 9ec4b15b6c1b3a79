import { beforeEach, expect, it } from "@jest/globals";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { createReleasedJudge, type Released } from "./judge-released.ts";

let delivery: DeliveryStatus;
let refunded: bigint;
let asked: number;
beforeEach(() => {
  [delivery, refunded, asked] = [DeliveryStatus.CONFIRMED, 0n, 0];
});

const answers = {
  orders: {
    readOrder: async () => {
      asked++;
      return { order: { status: OrderStatus.COMPLETE } };
    },
  },
  payments: {
    readCharge: async () => ({
      ...{ providerChargeId: "ch_1", amountReceived: 12_500n, amountRefunded: refunded, disputed: false },
    }),
  },
  deliveries: {
    readDelivery: async () => ({ delivery: { status: delivery } }),
  },
};
// Of the clients' many calls these are the ones that it makes.
const judgeReleased = createReleasedJudge(answers as never);

const released = {
  ...{ id: "o1", status: EarningStatus.RELEASED, holdReason: EarningHoldReason.UNSPECIFIED },
  ...{ price: { minorUnits: 12_500n, currency: "USD" }, fee: 1_250n, amountRefunded: 0n },
} as Released;

it("a released earning of a sale that nothing keeps is transferred of its charge", async () => {
  expect(await judgeReleased(released)).toBe("ch_1");
});

it.each<[string, Partial<Released>]>([
  ["transferred", { status: EarningStatus.TRANSFERRED }],
  ["held by a case", { holdReason: EarningHoldReason.CASE }],
  ["less by a part of the price", { amountRefunded: 1n }],
])("an earning that is %s by its event is read, and nobody asked before", async (_, told) => {
  expect(await judgeReleased({ ...released, ...told })).toBeUndefined();
  expect(asked).toBe(0);
});

it("an earning is read whose sale is not delivered, or went back: an operator may have decided that it stands", async () => {
  delivery = DeliveryStatus.OVERDUE;
  expect(await judgeReleased(released)).toBeUndefined();
  [delivery, refunded] = [DeliveryStatus.DELIVERED, 1n];
  expect(await judgeReleased(released)).toBeUndefined();
});
