import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import {
  ChargeRecordSchema,
  MovementKind,
  MovementRecordSchema,
} from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { BookedMovementSchema } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { servicesOver } from "../../testing/books.ts";
import { compareCharge, compareMovement } from "./compare-balance.ts";
import { driftKey } from "./drift.ts";
import { createLooks } from "./look.ts";

const movement = (changes: object = {}) =>
  create(MovementRecordSchema, {
    ...{ id: "txn_1", kind: MovementKind.TRANSFER, orderId: "o1", providerObjectId: "tr_1" },
    ...{ amount: -4_000n, currency: "USD", ...changes },
  });
const booked = (changes: object = {}) =>
  create(BookedMovementSchema, {
    ...{ orderId: "o1", providerObjectId: "tr_1", amount: -4_000n, currency: "USD" },
    ...changes,
  });
const kinds = (record = movement(), ...books: ReturnType<typeof booked>[]) =>
  compareMovement(record, books).map(({ kind }) => kind);

describe("a movement of the balance", () => {
  it("agrees with an entry of the same amount and currency", () => {
    expect(kinds(movement(), booked())).toEqual([]);
  });

  it("is not booked where the books of its order have no such entry", () => {
    expect(kinds()).toEqual(["BALANCE_UNBOOKED"]);
    expect(kinds(movement(), booked({ providerObjectId: "tr_2" }))).toEqual(["BALANCE_UNBOOKED"]);
    expect(kinds(movement({ orderId: "", unbooked: "it names no order" }))).toEqual(["BALANCE_UNBOOKED"]);
  });

  it("differs by its amount and by its currency", () => {
    expect(kinds(movement(), booked({ amount: -3_999n }))).toEqual(["BALANCE_DIFFERS"]);
    expect(kinds(movement(), booked({ amount: 4_000n }))).toEqual(["BALANCE_DIFFERS"]);
    expect(kinds(movement(), booked({ currency: "EUR" }))).toEqual(["BALANCE_DIFFERS"]);
  });

  it("of a buyer is what payments found of it", () => {
    const charge = { kind: MovementKind.CHARGE, providerObjectId: "ch_1", amount: 4_500n };
    expect(kinds(movement(charge))).toEqual([]);
    expect(kinds(movement({ ...charge, unbooked: "no payment" }))).toEqual(["BALANCE_UNBOOKED"]);
    expect(kinds(movement({ ...charge, differences: ["4501 USD"] }))).toEqual(["BALANCE_DIFFERS"]);
  });

  it("is a difference of its own beside others of its order", () => {
    const [one] = compareMovement(movement(), []);
    const [other] = compareMovement(movement({ id: "txn_2" }), []);
    expect(one && driftKey(one)).not.toBe(other && driftKey(other));
  });

  it("is looked for in the books of its order alone, where it is a seller's", async () => {
    const charge = movement({ id: "txn_2", kind: MovementKind.CHARGE, providerObjectId: "ch_1" });
    const looks = createLooks(servicesOver({ movements: [movement(), charge], booked: [booked()] }));
    const seen = await looks.movements({ ids: ["txn_1", "txn_2"] }, 0);
    expect(seen).toMatchObject({ compared: 2, drift: [] });
  });
});

describe("a payment beside the balance", () => {
  it("is told with what is missing there", async () => {
    const charge = create(ChargeRecordSchema, { orderId: "o1", missing: ["no charge", "no refund"] });
    expect(compareCharge(charge)).toMatchObject([
      { kind: "BALANCE_MISSING", source: "charges", id: "o1", orderId: "o1", detail: "no charge; no refund" },
    ]);
    expect(compareCharge(create(ChargeRecordSchema, { orderId: "o1" }))).toEqual([]);
    const looks = createLooks(servicesOver({ charges: [charge] }));
    expect((await looks.charges({ ids: ["o1"] }, 0)).drift).toHaveLength(1);
  });
});
