import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { type BrowseSearch, categories } from "./search.ts";

/** The same as a filter of the API. A price needs a currency: dollars, if none is chosen. */
export function toFilter(search: BrowseSearch): MessageInitShape<typeof TicketFilterSchema> {
  const priced = search.min !== undefined || search.max !== undefined;
  return {
    query: search.q ?? "",
    category: search.category ? categories[search.category] : 0,
    city: search.city ?? "",
    minPrice: BigInt(search.min ?? 0) * 100n,
    maxPrice: BigInt(search.max ?? 0) * 100n,
    currency: search.currency ?? (priced ? "USD" : ""),
    ...(search.from && { startAfter: timestampFromDate(startOf(search.from, 0)) }),
    ...(search.to && { startBefore: timestampFromDate(startOf(search.to, 1)) }),
  };
}

/** Midnight, by the reader's clock, so many days after a day. */
function startOf(isoDay: string, daysLater: number): Date {
  const [year = 0, month = 1, date = 1] = isoDay.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater);
}
