const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** How many rows a page has, as every contract with a `page_size` has it: 0 means 20, and more than 100 means 100. */
export const rowsOfPage = (pageSize: number): number =>
  Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
