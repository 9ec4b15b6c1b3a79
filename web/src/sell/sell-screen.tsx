import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useMemo } from "react";
import { paged } from "../api/paged.ts";
import { buttonClass } from "../design/button.tsx";
import { Countdown } from "../design/countdown.tsx";
import { Money } from "../design/money.tsx";
import { MoreOfList, PageHeader } from "../design/page.tsx";
import { coverClass, Row, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { useLiveTickets } from "../ticket/live-tickets.ts";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import { TicketStatusPill } from "../ticket/ticket-status.tsx";
import styles from "./sell.module.css";
import { sellTexts as texts } from "./texts.ts";

/** The person's own tickets, each as it is now. */
export function SellScreen() {
  return (
    <SignedIn>
      {() => (
        <>
          <PageHeader
            title={texts.title}
            lead={texts.lead}
            actions={
              <div className={styles.actions}>
                <Link to="/sales" className={buttonClass("secondary")}>
                  {texts.toSales}
                </Link>
                <Link to="/sell/new" className={buttonClass()}>
                  {texts.sellNew}
                </Link>
              </div>
            }
          />
          <Listings />
        </>
      )}
    </SignedIn>
  );
}

function Listings() {
  const query = useInfiniteQuery(
    TicketService.method.listMyTickets,
    { pageSize: 20, pageToken: "" },
    {
      ...paged,
      staleTime: 0,
    },
  );
  const { data } = query;
  const read = useMemo(() => data?.pages.flatMap((page) => page.tickets) ?? [], [data]);
  const tickets = useLiveTickets(read);
  if (query.isPending) return <SkeletonList count={3} />;
  if (!data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (tickets.length === 0) {
    return (
      <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
        <Link to="/sell/new" className={buttonClass()}>
          {texts.sellNew}
        </Link>
      </EmptyState>
    );
  }
  return (
    <section aria-label={texts.listings}>
      <Rows>
        {tickets.map((ticket) => (
          <Listing key={ticket.id} ticket={ticket} onTimeUp={() => void query.refetch()} />
        ))}
      </Rows>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </section>
  );
}

function Listing({ ticket, onTimeUp }: { ticket: Ticket; onTimeUp: () => void }) {
  const { event, lock } = ticket;
  const until = ticket.status === TicketStatus.LOCKED && lock?.expireTime;
  return (
    <Row
      heading={
        <Link to="/sell/$ticketId" params={{ ticketId: ticket.id }} className={coverClass}>
          <bdi>{event?.title}</bdi>
        </Link>
      }
      end={
        <>
          <TicketStatusPill status={ticket.status} />
          {until && (
            <span className={styles.soft}>
              {texts.freeAt} <Countdown until={timestampDate(until)} onEnd={onTimeUp} />
            </span>
          )}
          {ticket.price && <Money amount={ticket.price} className={styles.amount} />}
        </>
      }
    >
      <p className={styles.soft}>{ticketTexts.seat(ticket.seat)}</p>
      <p className={styles.soft}>
        <Place event={event} />
      </p>
      <EventTime event={event} className={styles.soft} />
    </Row>
  );
}
