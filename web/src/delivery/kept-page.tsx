import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { DateTime } from "../design/date-time.tsx";
import { PageHeader } from "../design/page.tsx";
import { Notice } from "../design/states.tsx";
import { isolate } from "../format/isolate.ts";
import type { KeptTicket } from "../kept/kept-tickets.ts";
import { useForget } from "../kept/use-kept.ts";
import { TicketFace } from "../ticket/ticket-face.tsx";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";
import { DeliveredContent } from "./ticket-content.tsx";

/** A ticket as it is kept on the device, in the place of its order's page. */
export function KeptPage({ kept }: { kept: KeptTicket }) {
  const { orderId, ticket, content, keptTime } = kept;
  const forget = useForget();
  return (
    <div className={styles.keptPage}>
      <TicketFace
        ticket={{
          category: ticket.category || Category.UNSPECIFIED,
          ...{ event: ticket.event, seat: ticket.seat, sellerName: ticket.sellerName },
        }}
        heading={<PageHeader title={isolate(ticket.event?.title ?? "")} lead={<bdi>{ticket.title}</bdi>} />}
      />
      <Card className={styles.part}>
        <Notice tone="warn" title={texts.keptTitle}>
          <p>
            {texts.keptSince} <DateTime date={keptTime} />. {texts.keptMayDiffer}
          </p>
        </Notice>
        <DeliveredContent ticket={ticket} content={content} />
        <Button look="secondary" wide onClick={() => location.reload()}>
          {texts.askAgain}
        </Button>
        <Button look="quiet" wide onClick={() => forget(orderId)}>
          {texts.forget}
        </Button>
      </Card>
    </div>
  );
}
