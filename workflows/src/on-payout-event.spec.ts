import { expect, it } from "@jest/globals";
import { onPayoutEvent } from "./on-payout-event.ts";

async function woken(transition: string): Promise<string[]> {
  const orders: string[] = [];
  const wakeEarning = async (orderId: string) => void orders.push(orderId);
  await onPayoutEvent({ wakeEarning })({ subject: `evt.payouts.v1.${transition}.order-1` });
  return orders;
}

it.each(["earning_released", "earning_due"])("%s has the earning looked at", async (transition) => {
  expect(await woken(transition)).toEqual(["order-1"]);
});

it.each(["earning_held", "earning_blocked", "earning_transferred", "seller_account_changed"])(
  "%s needs nobody",
  async (transition) => {
    expect(await woken(transition)).toEqual([]);
  },
);
