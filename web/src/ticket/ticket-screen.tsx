import { timestampDate } from "@bufbuild/protobuf/wkt";
import { getRouteApi } from "@tanstack/react-router";
import { CategoryArt } from "../design/category-art.tsx";
import { DateTime } from "../design/date-time.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { useSession } from "../session/session-store.ts";
import { ticketTexts as texts } from "../texts/ticket.ts";
import { BuyPanel } from "./buy-panel.tsx";
import styles from "./ticket.module.css";
import { TicketStatusPill } from "./ticket-status.tsx";
import { useTicket } from "./use-ticket.ts";

/** One ticket, as it is now, and the way to buy it. */
export function TicketScreen() {
  const { ticketId } = getRouteApi("/tickets/$ticketId").useParams();
  const { query, ticket, refresh } = useTicket(ticketId);
  const userId = useSession().user?.id;
  if (query.isPending) return <SkeletonList count={2} />;
  if (!ticket) return <ErrorState error={query.error} onRetry={refresh} />;
  const { event } = ticket;
  return (
    <div className={styles.page}>
      <article className={styles.ticket}>
        <CategoryArt category={ticket.category} className={styles.art} />
        <div className={styles.body}>
          <PageHeader title={event?.title ?? texts.title} lead={ticket.title} />
          <dl className={styles.facts}>
            <div>
              <dt>{texts.seatLabel}</dt>
              <dd>{texts.seat(ticket.seat)}</dd>
            </div>
            <div>
              <dt>{texts.when}</dt>
              <dd>{event?.startTime && <DateTime date={timestampDate(event.startTime)} />}</dd>
            </div>
            <div>
              <dt>{texts.where}</dt>
              <dd>
                {event?.venue}, {event?.city}
              </dd>
            </div>
            <div>
              <dt>{texts.seller}</dt>
              <dd>{ticket.sellerName}</dd>
            </div>
          </dl>
        </div>
      </article>
      <aside className={styles.side} aria-label={texts.price}>
        <BuyPanel
          key={ticket.id}
          ticket={ticket}
          own={ticket.sellerId === userId}
          onTimeUp={refresh}
          pill={
            <TicketStatusPill
              status={ticket.status}
              mine={Boolean(ticket.lock?.orderId) && ticket.sellerId !== userId}
            />
          }
        />
      </aside>
    </div>
  );
}
