import type { ConnectError } from "@connectrpc/connect";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { MoreOfList } from "../design/page.tsx";
import { Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";

/** What comes in pages, one row for each item, and a button for the next page. */
export function PagedRows<Page, Item>(props: {
  query: UseInfiniteQueryResult<InfiniteData<Page>, ConnectError>;
  itemsOf: (page: Page) => readonly Item[];
  /** Said where there is nothing. */
  empty: string;
  row: (item: Item) => ReactNode;
}) {
  const { query, itemsOf, empty, row } = props;
  const items = query.data?.pages.flatMap(itemsOf);
  if (query.isPending) return <SkeletonList count={3} />;
  if (!items) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {items.length === 0 && <EmptyState title={empty} />}
      <Rows>{items.map(row)}</Rows>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </>
  );
}
