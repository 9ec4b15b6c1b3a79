/** How a list that comes in pages goes on: with the token of the page before, until there is none. */
export const paged = {
  pageParamKey: "pageToken",
  getNextPageParam: ({ nextPageToken }: { nextPageToken: string }) => nextPageToken || undefined,
} as const;
