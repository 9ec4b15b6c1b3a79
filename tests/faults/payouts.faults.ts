import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Person } from "../support/clients.ts";
import { booksOf, deliverAndPassEvent, onboard, transfersOf } from "../support/payouts.ts";
import { PRICE, retry, stories, waitForEnd } from "../support/stories.ts";
import { clearFaults, injectFault, type StripeFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";

let mesh: TestMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ STRIPE_GRACE: "2s", LOCK_LIMIT: "1000" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  await onboard(seller);
}, 120_000);
afterEach(() => clearFaults(mesh));
afterAll(() => mesh?.close(), 60_000);

const statusOf = async (orderId: string) =>
  (await seller.payouts.getEarning({ orderId })).earning?.status ?? EarningStatus.UNSPECIFIED;
const until = (orderId: string, ...wanted: EarningStatus[]): Promise<EarningStatus> =>
  retry(async () => {
    const status = await statusOf(orderId);
    return wanted.includes(status) ? status : undefined;
  });

/** A sale whose time has come, paid once and in full to its seller whatever happens meanwhile. */
async function paidOnce(fault: StripeFault) {
  await injectFault(mesh, fault);
  const { order } = await stories.purchase(mesh, seller, buyer);
  await deliverAndPassEvent(mesh, seller, order.id);
  await until(order.id, EarningStatus.TRANSFERRED);
  const net = Number(PRICE.minorUnits - order.fee);
  expect(await transfersOf(mesh, order.id)).toMatchObject([{ amount: net, amount_reversed: 0 }]);
  const { facts, sums, balances } = await booksOf(mesh, order.id);
  expect({ facts, sums, seller: balances.seller }).toEqual({
    facts: ["sale", "transfer"],
    sums: [0, 0],
    seller: 0,
  });
}

describe("a seller is paid once", () => {
  it(
    "whether Stripe answers late, twice, with an error or never",
    () =>
      reported("transfers that Stripe answers late, twice, wrongly or never", async () => {
        const kinds = [
          ...["delay", "delay_response", "drop_request", "drop_response"],
          ...["error_before", "error_after", "saved_error_before", "hang"],
        ];
        for (const kind of kinds) {
          const fault = { kind, operation: "transfers.create", count: 1, milliseconds: 6_000 };
          await paidOnce(fault);
          await clearFaults(mesh);
        }
        await waitUntilConsistent(mesh);
        return kinds.length;
      }),
    600_000,
  );
});

it(
  "a refund that is asked for as the seller is being paid costs the platform nothing",
  () =>
    reported("refunds beside transfers", async () => {
      const rounds = 20;
      let owed = 0;
      for (let n = 0; n < rounds; n++) {
        const { order } = await stories.purchase(mesh, seller, buyer);
        await deliverAndPassEvent(mesh, seller, order.id);
        // From before the release to after the transfer.
        await new Promise((resolve) => setTimeout(resolve, (n * 1_200) / rounds));
        await retry(() => buyer.orders.requestRefund({ orderId: order.id }));
        await waitForEnd(buyer, order, OrderStatus.REFUNDED);
        await until(order.id, EarningStatus.REVERSED);
        const transfers = await transfersOf(mesh, order.id);
        for (const { amount, amount_reversed: back } of transfers) expect(amount - back).toBe(0);
        owed += transfers.length;
        const { balances } = await booksOf(mesh, order.id);
        expect(Object.values(balances).every((amount) => amount === 0)).toBe(true);
      }
      // Both came first now and then, or this test shows nothing.
      expect(owed).toBeGreaterThan(0);
      expect(owed).toBeLessThan(rounds);
      await waitUntilConsistent(mesh);
      return rounds;
    }),
  600_000,
);
