import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@jest/globals";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { enter, type Person } from "../support/clients.ts";
import { onboard } from "../support/payouts.ts";
import { retry } from "../support/stories.ts";
import { type FaultMesh, startFaultMesh } from "./fault-mesh.ts";

/** A mesh whose processes die at chosen places, with a seller whom Stripe pays, a buyer and an operator. */
export interface AfterSale {
  readonly mesh: FaultMesh;
  readonly seller: Person;
  readonly buyer: Person;
  readonly operator: Person;
}

export async function startAfterSale(): Promise<AfterSale> {
  const mesh = await startFaultMesh({
    STRIPE_GRACE: "2s",
    LOCK_LIMIT: "1000",
    ACCESS_TOKEN_LIFETIME: "6h",
    OPERATOR_EMAILS: "operator@example.com",
    CASE_SECOND_PERSON_LIMIT: "USD:900000",
  });
  const operating = { email: "operator@example.com", password: "pass-of-operator", displayName: "Operator" };
  const [seller, buyer, operator] = await Promise.all([
    mesh.person("seller"),
    mesh.person("buyer"),
    enter(mesh.addresses.gateway, operating),
  ]);
  await onboard(seller);
  return { mesh, seller, buyer, operator };
}

/** Waits until an earning has this status, and gives it. */
export const untilStatus = (
  { seller }: AfterSale,
  orderId: string,
  status: EarningStatus,
): Promise<unknown> =>
  retry(async () => {
    const { earning } = await seller.payouts.getEarning({ orderId });
    if (earning?.status === status) return earning;
    throw new Error(`the earning is ${EarningStatus[earning?.status ?? 0]}, held by ${earning?.holdReason}`);
  });

interface StripeState {
  payment_intents: { id: string; amount_received: number; metadata: { order_id?: string } }[];
  refunds: { amount: number; payment_intent: string }[];
  transfers: { amount: number; amount_reversed: number; transfer_group: string }[];
}

/** What Stripe holds of an order: taken from its buyer, given back, transferred to its seller and taken back. */
export async function moneyOf({ mesh }: AfterSale, orderId: string) {
  const state = (await (await fetch(`${mesh.addresses.stripe}/control/state`)).json()) as StripeState;
  const sum = (amounts: number[]) => amounts.reduce((a, b) => a + b, 0);
  const intents = state.payment_intents.filter(({ metadata }) => metadata.order_id === orderId);
  const refunds = state.refunds.filter((each) => intents.some(({ id }) => id === each.payment_intent));
  const transfers = state.transfers.filter(({ transfer_group: group }) => group === orderId);
  return {
    taken: sum(intents.map(({ amount_received: amount }) => amount)),
    refunds: refunds.map(({ amount }) => amount),
    refunded: sum(refunds.map(({ amount }) => amount)),
    transferred: sum(transfers.map(({ amount }) => amount)),
    reversed: sum(transfers.map(({ amount_reversed: amount }) => amount)),
  };
}

/**
 * Looks all the while at what left the platform of an order's money: given back and transferred, less what was taken back
 * and what its seller owes, is never more than its buyer has paid.
 */
export async function neverOverpaid<T>(
  stage: AfterSale,
  orderId: string,
  work: () => Promise<T>,
): Promise<T> {
  /** What the looks have found that succeeded: while a process is down one may fail. */
  const excesses: number[] = [];
  let over = false;
  const look = async () => {
    const before = await moneyOf(stage, orderId);
    const { earning } = await stage.seller.payouts.getEarning({ orderId });
    // Read last: what is owed falls after it was taken back.
    const { reversed } = await moneyOf(stage, orderId);
    return before.refunded + before.transferred - reversed - Number(earning?.owed ?? 0) - before.taken;
  };
  const looking = (async () => {
    for (; !over; await sleep(100)) {
      const excess = await look().catch(() => undefined);
      if (excess !== undefined) excesses.push(excess);
    }
  })();
  const result = await work().finally(() => {
    over = true;
    return looking;
  });
  expect(excesses.length).toBeGreaterThan(0);
  expect(excesses.filter((excess) => excess > 0)).toEqual([]);
  return result;
}
