import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  DescribeEventResponseSchema,
  EventSummarySchema,
} from "@ticketing/proto/catalog/v1/catalog_service";
import { ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import type { EventPage, EventRow } from "./event-query.ts";

/** An event with what is for sale for it, as clients see it. */
export function eventMessage(row: EventRow): MessageInitShape<typeof EventSummarySchema> {
  return {
    id: row._id,
    category: row.category,
    event: ticketedEventInit(row.event),
    availableCount: row.available,
    cheapestPrices: pricesOf(row.cheapest),
    firstLockEndTime: row.firstLockEnd ? timestampFromDate(row.firstLockEnd) : undefined,
  };
}

/** An event as its page shows it. */
export function eventPageMessage(page: EventPage): MessageInitShape<typeof DescribeEventResponseSchema> {
  return {
    event: eventMessage(page.row),
    priceHistograms: page.histograms.map(({ currency, bands }) => ({
      currency,
      bands: bands.map(({ from, below, available }) => ({
        fromPrice: BigInt(from),
        belowPrice: BigInt(below),
        availableCount: available,
      })),
    })),
    sections: page.sections.map(({ section, available, cheapest }) => ({
      section,
      availableCount: available,
      cheapestPrices: pricesOf(cheapest),
    })),
    moreSections: page.hasMoreSections,
  };
}

const pricesOf = (cheapest: EventRow["cheapest"]) =>
  cheapest.flatMap(({ currency, minorUnits }) =>
    minorUnits === null ? [] : [{ currency, minorUnits: BigInt(minorUnits) }],
  );
