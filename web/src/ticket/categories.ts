import { Category, CategorySchema } from "@ticketing/proto/tickets/v1/ticket";

/** What a ticket can be for, in the contract's order. */
export const categories: readonly Category[] = CategorySchema.values
  .map(({ number }): Category => number)
  .filter((category) => category !== Category.UNSPECIFIED);
