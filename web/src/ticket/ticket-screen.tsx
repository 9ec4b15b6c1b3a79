import { getRouteApi } from "@tanstack/react-router";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { isolate } from "../format/isolate.ts";
import { useSession } from "../session/session-store.ts";
import { BuyPanel } from "./buy-panel.tsx";
import { LinkToEvent } from "./link-to-event.tsx";
import { ticketTexts as texts } from "./texts.ts";
import styles from "./ticket.module.css";
import { TicketFace } from "./ticket-face.tsx";
import { TicketStatusPill } from "./ticket-status.tsx";
import { useTicket } from "./use-ticket.ts";

/** The page of one ticket, as it is now, with a button to buy it. */
export function TicketScreen() {
  const { ticketId } = getRouteApi("/tickets/$ticketId").useParams();
  const { query, ticket, refresh } = useTicket(ticketId);
  const userId = useSession().user?.id;
  if (query.isPending) return <SkeletonList count={2} />;
  if (!ticket) return <ErrorState page error={query.error} onRetry={refresh} />;
  return (
    <>
      <LinkToEvent event={ticket.event} className={styles.back}>
        ← {texts.allOfEvent}
      </LinkToEvent>
      <div className={styles.page}>
        <TicketFace
          ticket={ticket}
          heading={
            <PageHeader
              title={isolate(ticket.event?.title ?? texts.title)}
              lead={<bdi>{ticket.title}</bdi>}
            />
          }
        />
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
    </>
  );
}
