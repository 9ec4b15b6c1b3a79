import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { EventSchema, SeatSchema } from "@ticketing/proto/tickets/v1/ticket";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
import { moneyInit, moneyOf } from "./money.ts";
import { seatOf } from "./seat.ts";
import { ticketedEventInit, ticketedEventOf } from "./ticketed-event.ts";

describe("what documents and messages both have", () => {
  it("is the same after a message as before it", () => {
    const price = { minorUnits: 4_500, currency: "EUR" };
    const event = { title: "Jazz", venue: "Hall", city: "Oslo", startTime: new Date("2030-01-01T20:00:00Z") };
    const seat = { section: "A", row: "1", number: "12" };
    expect(moneyOf(create(MoneySchema, moneyInit(price)))).toEqual(price);
    expect(ticketedEventOf(create(EventSchema, ticketedEventInit(event)))).toEqual(event);
    expect(seatOf(create(SeatSchema, seat))).toEqual(seat);
  });

  it("is no price and no event where a message has none", () => {
    expect(() => moneyOf(undefined)).toThrow("without its price");
    expect(() => ticketedEventOf(create(EventSchema, { title: "Jazz" }))).toThrow("without");
  });
});
