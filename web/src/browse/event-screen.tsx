import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../design/button.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";
import { isolate } from "../format/isolate.ts";
import { CategoryArt } from "../ticket/category-art.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import styles from "./browse.module.css";
import { SortSelect } from "./sort-select.tsx";
import { browseTexts as texts } from "./texts.ts";
import { FoundTickets, useTickets } from "./ticket-list.tsx";

const route = getRouteApi("/events/$eventId");

/** One event with the tickets for it. */
export function EventScreen() {
  const { eventId } = route.useParams();
  const { sort = "cheapest" } = route.useSearch();
  const navigate = useNavigate({ from: "/events/$eventId" });
  const { query, tickets } = useTickets({ eventId }, sort);
  const [first] = tickets;
  if (query.isPending) return <SkeletonList />;
  if (query.isError && !query.data) {
    return <ErrorState page error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!first?.event) {
    return (
      <EmptyState page title={texts.eventGoneTitle} text={texts.eventGoneText}>
        <Link to="/" className={buttonClass()}>
          {texts.toAllEvents}
        </Link>
      </EmptyState>
    );
  }
  const { event } = first;
  return (
    <>
      <Link to="/" className={styles.back}>
        ← {texts.back}
      </Link>
      <div className={styles.eventPage}>
        <div className={styles.stub}>
          <CategoryArt category={first.category} />
          <div className={styles.stubBody}>
            <PageHeader title={isolate(event.title)} lead={<Place event={event} />} />
            <EventTime event={event} zone />
          </div>
        </div>
        <section aria-label={texts.seatTickets}>
          <div className={styles.toolbar}>
            <p role="status">{texts.found(tickets.length, query.hasNextPage, "tickets")}</p>
            <SortSelect
              value={sort}
              onChange={(chosen) =>
                void navigate({ search: { sort: chosen }, replace: true, resetScroll: false })
              }
            />
          </div>
          <FoundTickets query={query} tickets={tickets} />
        </section>
      </div>
    </>
  );
}
