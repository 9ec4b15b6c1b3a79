import type { MessageInitShape } from "@bufbuild/protobuf";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  CatalogService,
  type EventSummary,
  type TicketFilterSchema,
} from "@ticketing/proto/catalog/v1/catalog_service";
import type { ReactNode } from "react";
import { paged } from "../api/paged.ts";
import { Money } from "../design/money.tsx";
import { MoreOfList } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { CategoryArt } from "../ticket/category-art.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import styles from "./browse.module.css";
import { FreeFrom } from "./free-from.tsx";
import type { EventSearch } from "./search.ts";
import { browseTexts as texts } from "./texts.ts";

/** Events have no stream. Counts and prices are read again this often while the page is visible. */
const REFRESH_MS = 20_000;

/** Events that match, with their cheapest price. */
export function EventList(props: {
  filter: MessageInitShape<typeof TicketFilterSchema>;
  toolbar: ReactNode;
  /** Shown where nothing matches. */
  nothing: ReactNode;
}) {
  const events = useInfiniteQuery(
    CatalogService.method.listEvents,
    { filter: props.filter, pageSize: 24, pageToken: "" },
    {
      ...paged,
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
    },
  );
  const found = events.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <section aria-label={texts.events}>
      <div className={styles.toolbar}>
        {props.toolbar}
        <p role="status">{events.data && texts.found(found.length, events.hasNextPage, "events")}</p>
      </div>
      {events.isPending && <SkeletonList count={6} />}
      {events.isError && !events.data && (
        <ErrorState error={events.error} onRetry={() => void events.refetch()} />
      )}
      {events.data && found.length === 0 && props.nothing}
      <ul className={styles.events}>
        {found.map((summary) => (
          <li key={summary.id}>
            <EventCard summary={summary} search={{ instant: props.filter.onlyInstant ? "yes" : undefined }} />
          </li>
        ))}
      </ul>
      <MoreOfList
        hasMore={events.hasNextPage}
        loading={events.isFetchingNextPage}
        onMore={() => void events.fetchNextPage()}
      />
    </section>
  );
}

/** `search`: what of the search goes on at the page of the event. */
function EventCard({ summary, search }: { summary: EventSummary; search: EventSearch }) {
  const { event, cheapestPrices, availableCount } = summary;
  return (
    <Link to="/events/$eventId" params={{ eventId: summary.id }} search={search} className={styles.event}>
      <CategoryArt category={summary.category} />
      <div className={styles.eventBody}>
        <h2>
          <bdi>{event?.title}</bdi>
        </h2>
        <p className={styles.soft}>
          <Place event={event} />
        </p>
        <EventTime event={event} className={styles.soft} />
        <div className={styles.priceRow}>
          {cheapestPrices.length > 0 ? (
            <span>
              <span className={styles.soft}>{texts.startingAt} </span>
              {cheapestPrices.map((price) => (
                <Money key={price.currency} amount={price} className={styles.price} />
              ))}
            </span>
          ) : (
            <span className={styles.soft}>{texts.allHeld}</span>
          )}
          <FreeFrom lockEnd={summary.firstLockEndTime} className={styles.soft} />
          {availableCount > 0 && <span className={styles.soft}>{texts.available(availableCount)}</span>}
        </div>
      </div>
    </Link>
  );
}
