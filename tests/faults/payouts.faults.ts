import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { Person } from "../support/clients.ts";
import { booksOf, deliverAndPassEvent, onboard, transfersOf } from "../support/payouts.ts";
import { PRICE, retry, stories, waitForEnd } from "../support/stories.ts";
import { clearFaults, injectFault } from "../support/stripe-control.ts";
import { reported } from "../support/suite-report.ts";
import { waitUntilConsistent } from "./audit.ts";
import { type FaultMesh, startFaultMesh } from "./fault-mesh.ts";
import { both, type Place } from "./places.ts";

let mesh: FaultMesh;
let seller: Person;
let buyer: Person;

beforeAll(async () => {
  mesh = await startFaultMesh({ STRIPE_GRACE: "2s", LOCK_LIMIT: "1000" });
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
async function paidOnce(whatever: () => Promise<unknown> = async () => undefined) {
  const { order } = await stories.purchase(mesh, seller, buyer);
  await deliverAndPassEvent(mesh, seller, order.id);
  await whatever();
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

/** Stripe has acted, and nobody here knows. */
const DECISIVE = "stripe POST /v1/transfers:after";
/** Each step of a sale's way to its seller. */
const places: Place[] = [
  ...both("payouts", "call ReadOrder"),
  ...both("payouts", "write earnings.insertOne"),
  ...both("payouts", "publish earning_held"),
  // Released, begun, transferred.
  ...[1, 2, 3].flatMap((nth) => both("payouts", "write earnings.replaceOne", nth)),
  ...both("payouts", "publish earning_released"),
  ...both("payouts", "stripe POST /v1/transfers"),
  ...both("payouts", "publish earning_transferred"),
  // The event says what there is to know of the earning; nobody has opened the ticket.
  ...["ReadCharge", "ReadDelivery", "TransferEarning"].flatMap((rpc) => both("workflows", `call ${rpc}`)),
];

describe("a seller is paid once", () => {
  it(
    "wherever a process is killed on the way",
    () =>
      reported("payouts or workflows killed at each step of a payout", async () => {
        const chosen = process.env.QUICK ? places.filter(([, place]) => place === DECISIVE) : places;
        for (const [name, place, nth] of chosen) {
          mesh.arm(name, place, nth);
          await paidOnce(async () => {
            expect([place, nth, await mesh.died(name)]).toEqual([place, nth, true]);
          });
          await mesh.serves(name);
        }
        await waitUntilConsistent(mesh);
        return chosen.length;
      }),
    1_200_000,
  );

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
          await injectFault(mesh, fault);
          await paidOnce();
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
