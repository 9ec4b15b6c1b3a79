import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import { openPayoutWorld, type PayoutWorld } from "../testing/payout-world.ts";
import { createEarningRecords } from "./earning-records.ts";
import { refunded } from "./earning-refund.ts";

let world: PayoutWorld;
beforeAll(async () => {
  world = await openPayoutWorld();
}, 60_000);
afterAll(() => world?.close());

/** What reconciliation is told of an order's books. */
async function differencesOf(orderId: string): Promise<string[]> {
  const records = createEarningRecords({ ...world, stripe: world.gateway });
  const selection = { selection: { case: "named" as const, value: { ids: [orderId] } } };
  const { earnings } = await records.select(create(RecordSelectionSchema, selection));
  expect(earnings).toHaveLength(1);
  return earnings[0]?.differences ?? [];
}

/** A sale whose seller has the money. */
async function paid() {
  const seller = await world.seller();
  const { id, chargeId } = await world.released(seller.id);
  const { transferId = "" } = await world.moves.transfer(id, chargeId);
  return { orderId: id, transferId };
}
/** Changes what is stored past the service. */
const tamper = (orderId: string, change: object) =>
  world.earnings.collection.updateOne({ _id: orderId }, change);

describe("the books of an earning and the provider's transfers", () => {
  it("agree before the transfer, after it, and after it was taken back", async () => {
    const seller = await world.seller();
    const { id, chargeId } = await world.released(seller.id);
    expect(await differencesOf(id)).toEqual([]);
    await world.moves.transfer(id, chargeId);
    expect(await differencesOf(id)).toEqual([]);
    await world.earnings.update(id, (earning) => refunded(earning, world.clock()));
    await world.moves.recover(id);
    expect(await differencesOf(id)).toEqual([]);
  });

  it("differ by a transfer that only the provider has", async () => {
    const { orderId, transferId } = await paid();
    await tamper(orderId, { $set: { entries: [] } });
    expect(await differencesOf(orderId)).toEqual([`the transfer ${transferId} of 11250 USD is not booked`]);
  });

  it("differ by a transfer that only the books have", async () => {
    const { orderId, transferId } = await paid();
    const lost = { id: "tr_lost", fact: "transfer", time: new Date(), postings: { stripe: -5, seller: 5 } };
    await tamper(orderId, { $push: { entries: lost } });
    expect(transferId).not.toBe("tr_lost");
    expect(await differencesOf(orderId)).toEqual([
      "the seller was given 5 USD more than was earned",
      "the provider has no transfer tr_lost, which is booked",
    ]);
  });

  it("differ by what its seller was given beyond what was earned, though each transfer is booked", async () => {
    const { orderId } = await paid();
    const postings = { stripe: -100, seller: 90, fees: 10 };
    await tamper(orderId, { $push: { entries: { id: "part", fact: "refund", time: new Date(), postings } } });
    expect(await differencesOf(orderId)).toEqual(["the seller was given 90 USD more than was earned"]);
  });

  it("differ by another amount", async () => {
    const { orderId, transferId } = await paid();
    await tamper(orderId, { $set: { "entries.1.postings.stripe": -11_000 } });
    expect(await differencesOf(orderId)).toEqual([
      `${transferId} is booked with 11000 USD, the provider says 11250 USD`,
    ]);
  });

  it("differ by another currency", async () => {
    const { orderId, transferId } = await paid();
    await tamper(orderId, { $set: { "price.currency": "EUR" } });
    expect(await differencesOf(orderId)).toEqual([`the transfer ${transferId} is in USD, the price in EUR`]);
  });

  it("differ by a part that somebody took back in the provider's dashboard", async () => {
    const { orderId, transferId } = await paid();
    const { id } = await world.takeBack(transferId, 250);
    expect(await differencesOf(orderId)).toEqual([`the reversal ${id} of 250 USD is not booked`]);
  });

  it("are not compared while the provider does not answer, and nothing is said of them", async () => {
    const { orderId } = await paid();
    const fault = world.double.faults.add({ kind: "error_before", operation: "transfers.list" });
    await expect(differencesOf(orderId)).rejects.toThrow();
    world.double.faults.remove(fault.id);
    expect(await differencesOf(orderId)).toEqual([]);
  });
});
