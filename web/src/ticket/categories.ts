import { Category, CategorySchema } from "@ticketing/proto/tickets/v1/ticket";

/** The kinds of event, in the order of the contract. */
export const categories: readonly Category[] = CategorySchema.values
  .map(({ number }): Category => number)
  .filter((category) => category !== Category.UNSPECIFIED);
