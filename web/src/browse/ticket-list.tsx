import type { MessageInitShape } from "@bufbuild/protobuf";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { CatalogService, type TicketFilterSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { type ReactNode, useMemo } from "react";
import { paged } from "../api/paged.ts";
import { MoreOfList } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { useLiveTickets } from "../ticket/live-tickets.ts";
import styles from "./browse.module.css";
import { orderByOf } from "./filter.ts";
import type { SortName } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";
import { TicketRow } from "./ticket-row.tsx";

/** New listings appear at the next read. Tickets on the screen change at once, by the stream. */
const REFRESH_MS = 20_000;

/** The tickets that match a filter, page by page, each as it is now. */
export function useTickets(filter: MessageInitShape<typeof TicketFilterSchema>, sort: SortName) {
  const query = useInfiniteQuery(
    CatalogService.method.searchTickets,
    { filter, orderBy: orderByOf[sort], pageSize: 30, pageToken: "" },
    {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
    },
  );
  const { data } = query;
  const found = useMemo(
    () => data?.pages.flatMap((page) => page.tickets.flatMap(({ ticket }) => (ticket ? [ticket] : []))) ?? [],
    [data],
  );
  return { query, tickets: useLiveTickets(found) };
}

/** Tickets that match, each with its event. */
export function TicketList(props: {
  filter: MessageInitShape<typeof TicketFilterSchema>;
  sort: SortName;
  toolbar: ReactNode;
  /** Shown where nothing matches. */
  nothing: ReactNode;
}) {
  const { query, tickets } = useTickets(props.filter, props.sort);
  return (
    <section aria-label={texts.tickets}>
      <div className={styles.toolbar}>
        {props.toolbar}
        <p role="status">{query.data && texts.found(tickets.length, query.hasNextPage, "tickets")}</p>
      </div>
      {query.isPending && <SkeletonList count={6} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && tickets.length === 0 && props.nothing}
      <FoundTickets query={query} tickets={tickets} withEvent />
    </section>
  );
}

/** The tickets found so far, and the way to more of them. */
export function FoundTickets(props: ReturnType<typeof useTickets> & { withEvent?: boolean }) {
  const { query, tickets, withEvent = false } = props;
  return (
    <>
      <ul className={styles.tickets}>
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <TicketRow ticket={ticket} withEvent={withEvent} />
          </li>
        ))}
      </ul>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </>
  );
}
