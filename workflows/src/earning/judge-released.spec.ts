import { beforeEach, expect, it } from "@jest/globals";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { createReleasedJudge, type Released } from "./judge-released.ts";

let delivery: DeliveryStatus;
let refunded: bigint;
let opened: boolean;
let asked: string[];
beforeEach(() => {
  [delivery, refunded, opened, asked] = [DeliveryStatus.CONFIRMED, 0n, false, []];
});

const answers = {
  orders: {
    readOrder: async () => {
      asked.push("order");
      return { order: { status: OrderStatus.COMPLETE, ...(opened && { ticketOpenedTime: {} }) } };
    },
  },
  payments: {
    readCharge: async () => ({
      ...{ providerChargeId: "ch_1", amountReceived: 12_500n, amountRefunded: refunded, disputed: false },
    }),
  },
  deliveries: {
    readDelivery: async () => {
      asked.push("delivery");
      return { delivery: { status: delivery } };
    },
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

it("a sale whose buyer has opened the ticket counts as delivered, and nobody else is asked", async () => {
  [opened, delivery] = [true, DeliveryStatus.OVERDUE];
  expect(await judgeReleased(released)).toBe("ch_1");
  expect(asked).toEqual(["order"]);
});

it.each<[string, Partial<Released>]>([
  ["transferred", { status: EarningStatus.TRANSFERRED }],
  ["held by a case", { holdReason: EarningHoldReason.CASE }],
  ["less by a part of the price", { amountRefunded: 1n }],
])("an earning that is %s by its event is read, and nobody asked before", async (_, told) => {
  expect(await judgeReleased({ ...released, ...told })).toBeUndefined();
  expect(asked).toEqual([]);
});

it("an earning is read whose sale is not delivered, or went back: an operator may have decided that it stands", async () => {
  delivery = DeliveryStatus.OVERDUE;
  expect(await judgeReleased(released)).toBeUndefined();
  [delivery, refunded] = [DeliveryStatus.DELIVERED, 1n];
  expect(await judgeReleased(released)).toBeUndefined();
});
