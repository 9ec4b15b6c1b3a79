import { OrderBy } from "@ticketing/proto/catalog/v1/catalog_service";
import type { Range, Wanted } from "./wanted.ts";

/** How listings are sorted, and the index that has them so. */
export interface Order {
  index: string;
  /** The column by which they are sorted, before their id. */
  key: "start" | "price" | "created";
  direction: 1 | -1;
  /** Amounts of different currencies are not compared: one currency comes after the other, always rising. */
  byCurrency: boolean;
  /** The bounds of the column that a filter wants. */
  bounds(wanted: Wanted): Range;
}

const byStart: Order = {
  index: "listings_by_start",
  key: "start",
  direction: 1,
  byCurrency: false,
  bounds: ({ starts }) => starts,
};
const byPrice: Order = {
  index: "listings_by_price",
  key: "price",
  direction: 1,
  byCurrency: true,
  bounds: ({ prices }) => prices,
};
const byCreation: Order = {
  index: "listings_by_creation",
  key: "created",
  direction: -1,
  byCurrency: false,
  bounds: () => ({ from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }),
};

export const orders: Readonly<Record<OrderBy, Order>> = {
  [OrderBy.UNSPECIFIED]: byStart,
  [OrderBy.START_TIME]: byStart,
  [OrderBy.PRICE]: byPrice,
  [OrderBy.PRICE_DESC]: { ...byPrice, direction: -1 },
  [OrderBy.NEWEST]: byCreation,
};

/** The order as SQL, of rows that `alias` names. */
export function sortOf({ key, direction, byCurrency }: Order, alias: string): string {
  const way = direction === 1 ? "ASC" : "DESC";
  return `${byCurrency ? `${alias}.currency, ` : ""}${alias}.${key} ${way}, ${alias}.id ${way}`;
}
