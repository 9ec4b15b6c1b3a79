import type { MessageInitShape } from "@bufbuild/protobuf";
import { OrderBy, type TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { parseAmount } from "../form/parse-amount.ts";
import type { BrowseSearch, CategoryName, SortName } from "./search.ts";

/** The contract's category for a name in an address. */
export const categoryOf: Readonly<Record<CategoryName, Category>> = {
  concert: Category.CONCERT,
  sports: Category.SPORTS,
  theatre: Category.THEATRE,
  comedy: Category.COMEDY,
  festival: Category.FESTIVAL,
  other: Category.OTHER,
};

/** The contract's sort order for a name in an address. */
export const orderByOf: Readonly<Record<SortName, OrderBy>> = {
  soonest: OrderBy.START_TIME,
  cheapest: OrderBy.PRICE,
  dearest: OrderBy.PRICE_DESC,
  newest: OrderBy.NEWEST,
};

/** A search as a filter of the API. A price needs a currency: dollars, if none is chosen. */
export function toFilter(search: BrowseSearch): MessageInitShape<typeof TicketFilterSchema> {
  const priced = search.min !== undefined || search.max !== undefined;
  const currency = search.currency ?? (priced ? "USD" : "");
  const minorUnits = (units: number | undefined) =>
    units === undefined ? 0n : (parseAmount(String(units), currency, "en") ?? 0n);
  return {
    query: search.q ?? "",
    category: search.category ? categoryOf[search.category] : Category.UNSPECIFIED,
    city: search.city ?? "",
    minPrice: minorUnits(search.min),
    maxPrice: minorUnits(search.max),
    currency,
    dateFrom: search.from ?? "",
    dateUntil: search.to ?? "",
    onlyInstant: search.instant !== undefined,
  };
}
