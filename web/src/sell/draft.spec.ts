import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { Category, TicketSchema } from "@ticketing/proto/tickets/v1/ticket";
import { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { fieldErrors } from "../form/validation.ts";
import { formatMoney } from "../format/format-money.ts";
import { changesOf, draftOf, offerOf, rebase } from "./draft.ts";
import { leastCharge } from "./least-charge.ts";
import { sellWords } from "./texts.ts";

const start = new Date("2027-06-12T19:30:42.000Z");
const ticket = create(TicketSchema, {
  title: "Two rows from the stage",
  category: Category.THEATRE,
  event: {
    ...{ eventId: "a", title: "Hamlet", venue: "Globe Yard", city: "London", timeZone: "Europe/London" },
    startTime: timestampFromDate(start),
  },
  seat: { section: "Stalls", row: "B", number: "7" },
  price: { minorUnits: 4_500n, currency: "GBP" },
});
const listed = draftOf(ticket);
const hamlet = present(listed.event);
const macbeth = { ...hamlet, id: "b", title: "Macbeth", category: Category.OTHER };

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing is there");
  return value;
}

describe("the changes of a draft", () => {
  it("are none when nothing was touched, however it is written", () => {
    expect(changesOf({ ...listed, price: " £45 ", title: ` ${listed.title} ` }, ticket)).toEqual({});
  });

  it("hold what was touched and nothing else", () => {
    expect(changesOf({ ...listed, price: "48.5" }, ticket)).toEqual({
      price: { minorUnits: 4_850n, currency: "GBP" },
    });
    expect(changesOf({ ...listed, row: "C" }, ticket)).toEqual({
      seat: { section: "Stalls", row: "C", number: "7" },
    });
  });

  it("name another event with its kind, and none that was only moved or found out", () => {
    expect(changesOf({ ...listed, event: macbeth }, ticket)).toEqual({
      eventId: "b",
      category: Category.OTHER,
    });
    expect(changesOf({ ...listed, event: { ...hamlet, start: new Date(0) } }, ticket)).toEqual({});
    expect(changesOf({ ...listed, event: { ...hamlet, id: "" } }, ticket)).toEqual({});
  });

  it("hold a price that is none as zero, which the contract refuses", () => {
    expect(changesOf({ ...listed, price: "a lot" }, ticket).price?.minorUnits).toBe(0n);
  });
});

describe("a draft on top of a newer state", () => {
  it("shows what it had not touched as it is now, and keeps what was typed", () => {
    const mine = { ...listed, price: "48" };
    const newer = { ...listed, event: macbeth, row: "C" };
    expect(rebase(mine, listed, newer)).toEqual({
      draft: { ...newer, price: "48" },
      taken: ["event", "row"],
      contested: [],
    });
  });

  it("keeps its own text where both sides changed, and says so", () => {
    const mine = { ...listed, price: "48" };
    expect(rebase(mine, listed, { ...listed, price: "52.00" })).toEqual({
      draft: mine,
      taken: [],
      contested: ["price"],
    });
  });

  it("shows an event that was moved at its new start, and says nothing of it", () => {
    const moved = { ...hamlet, start: new Date("2027-06-13T19:30:00Z") };
    expect(rebase({ ...listed, price: "48" }, listed, { ...listed, event: moved })).toEqual({
      draft: { ...listed, price: "48", event: moved },
      taken: [],
      contested: [],
    });
    expect(rebase({ ...listed, event: macbeth }, listed, { ...listed, event: moved }).draft.event).toBe(
      macbeth,
    );
  });

  it("meets its own save without a word", () => {
    const mine = { ...listed, price: "48" };
    expect(rebase(mine, listed, { ...listed, price: "48.00" })).toEqual({
      draft: mine,
      taken: [],
      contested: [],
    });
  });

  it("is untouched by a lock and its end, which change no field", () => {
    const mine = { ...listed, price: "48" };
    expect(rebase(mine, listed, { ...listed })).toEqual({ draft: mine, taken: [], contested: [] });
  });
});

describe("a price", () => {
  const errors = (price: string, currency: string) => {
    const offer = {
      requestId: "00000000-0000-4000-8000-000000000000",
      ...offerOf({
        ...listed,
        event: { ...hamlet, id: "00000000-0000-4000-8000-000000000001" },
        price,
        currency,
      }),
    };
    const message = create(CreateTicketRequestSchema, offer);
    return fieldErrors(CreateTicketRequestSchema, message, sellWords(currency, leastCharge(currency)));
  };

  it.each([
    ["0.49", "USD", 50n],
    ["0.49", "EUR", 50n],
    ["0.29", "GBP", 30n],
    ["a lot", "EUR", 50n],
  ])("of %s %s is refused with the least that can be paid", (price, currency, minorUnits) => {
    expect(errors(price, currency).price).toContain(formatMoney({ minorUnits, currency }));
  });

  it.each([
    ["0.50", "USD"],
    ["0.30", "GBP"],
    ["0.50", "EUR"],
    ["100000", "EUR"],
  ])("of %s %s is not refused", (price, currency) => {
    expect(errors(price, currency)).toEqual({});
  });

  it("has a most", () => {
    const most = formatMoney({ minorUnits: 10_000_000n, currency: "EUR" });
    expect(errors("100000.01", "EUR")["price.minorUnits"]).toContain(most);
  });
});
