import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CatalogService, type EventSummary } from "@ticketing/proto/catalog/v1/catalog_service";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { serverClock } from "../api/server-clock.ts";
import { Button, buttonClass } from "../design/button.tsx";
import { Checkbox } from "../design/field.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState, Notice } from "../design/states.tsx";
import { isolate } from "../format/isolate.ts";
import { CategoryArt } from "../ticket/category-art.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import styles from "./browse.module.css";
import { FreeFrom } from "./free-from.tsx";
import { type PriceBand, PriceHistograms } from "./price-histogram.tsx";
import type { EventSearch } from "./search.ts";
import { SectionList } from "./section-list.tsx";
import { SortSelect } from "./sort-select.tsx";
import { browseTexts as texts } from "./texts.ts";
import { FoundTickets, useTickets } from "./ticket-list.tsx";

const route = getRouteApi("/events/$eventId");

/** Counts and prices have no stream. They are read again this often while the page is visible. */
const REFRESH_MS = 20_000;

/** One event: what its tickets cost, in which sections they are, and the tickets. */
export function EventScreen() {
  const { eventId } = route.useParams();
  const query = useQuery(CatalogService.method.describeEvent, { eventId }, { refetchInterval: REFRESH_MS });
  const [band, setBand] = useState<PriceBand>();
  const summary = query.data?.event;
  if (query.isPending) return <SkeletonList />;
  if (!summary?.event) {
    if (query.isError && reasonOf(query.error).name !== "EVENT_NOT_FOUND") {
      return <ErrorState page error={query.error} onRetry={() => void query.refetch()} />;
    }
    return (
      <EmptyState page title={texts.noSuchEventTitle} text={texts.noSuchEventText}>
        <Link to="/" className={buttonClass()}>
          {texts.toAllEvents}
        </Link>
      </EmptyState>
    );
  }
  const { event, category } = summary;
  return (
    <>
      <Link to="/" className={styles.back}>
        ← {texts.back}
      </Link>
      <div className={styles.eventPage}>
        <div className={styles.eventSide}>
          <div className={styles.stub}>
            <CategoryArt category={category} />
            <div className={styles.stubBody}>
              <PageHeader title={isolate(event.title)} lead={<Place event={event} />} />
              <EventTime event={event} zone />
            </div>
          </div>
          <PriceHistograms histograms={query.data?.priceHistograms ?? []} chosen={band} onChoose={setBand} />
          <SectionList sections={query.data?.sections ?? []} more={query.data?.moreSections ?? false} />
        </div>
        <Tickets eventId={eventId} summary={summary} band={band} onEveryPrice={() => setBand(undefined)} />
      </div>
    </>
  );
}

/** The tickets for an event, of one price band or of all. */
function Tickets(props: {
  eventId: string;
  summary: EventSummary;
  band: PriceBand | undefined;
  onEveryPrice: () => void;
}) {
  const { eventId, summary, band } = props;
  const search = route.useSearch();
  const { sort = "cheapest", instant } = search;
  const navigate = useNavigate({ from: "/events/$eventId" });
  const { query, tickets } = useTickets(
    {
      ...{ eventId, onlyInstant: instant !== undefined },
      ...(band && { currency: band.currency, minPrice: band.min, maxPrice: band.max }),
    },
    sort,
  );
  const change = (part: EventSearch) =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });
  return (
    <section aria-label={texts.seatTickets}>
      <div className={styles.toolbar}>
        <div>
          <p role="status">{query.data && texts.found(tickets.length, query.hasNextPage, "tickets")}</p>
          {band && (
            <Button look="quiet" onClick={props.onEveryPrice}>
              {texts.everyPrice}
            </Button>
          )}
        </div>
        <Checkbox
          label={texts.onlyInstant}
          checked={instant !== undefined}
          onChange={(checked) => change({ instant: checked ? "yes" : undefined })}
        />
        <SortSelect value={sort} onChange={(chosen) => change({ sort: chosen })} />
      </div>
      <WhyNone summary={summary} />
      {query.isPending && <SkeletonList count={3} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      <FoundTickets query={query} tickets={tickets} />
    </section>
  );
}

/** Why nobody can buy a ticket for an event at the moment; nothing where somebody can. */
function WhyNone({ summary }: { summary: EventSummary }) {
  const { event, availableCount, firstLockEndTime } = summary;
  if (event?.cancelled) {
    return (
      <Notice tone="warn" title={ticketTexts.cancelledTitle}>
        <p>{ticketTexts.cancelledText}</p>
      </Notice>
    );
  }
  if (availableCount > 0) return null;
  if (event?.startTime && timestampMs(event.startTime) <= serverClock.now()) {
    return <Notice tone="warn" title={ticketTexts.expiredTitle} />;
  }
  if (firstLockEndTime) {
    return (
      <Notice tone="warn" title={texts.allHeld}>
        <FreeFrom lockEnd={firstLockEndTime} />
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={texts.noTicketsTitle}>
      <p>{texts.noTicketsText}</p>
    </Notice>
  );
}
