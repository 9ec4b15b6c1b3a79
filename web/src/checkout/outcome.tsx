import { Link } from "@tanstack/react-router";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { formatMoney } from "../format/format-money.ts";
import { useMoney } from "../orders/use-money.ts";
import { LinkToEvent } from "../ticket/link-to-event.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import { useTicket } from "../ticket/use-ticket.ts";
import styles from "./checkout.module.css";
import { wordsOf } from "./outcome-words.ts";
import { checkoutTexts as texts } from "./texts.ts";

/** A purchase that failed or was undone: why, where the money is, and what to do next. */
export function Outcome({ order, phase }: { order: Order; phase: "cancelled" | "expired" | "refunded" }) {
  const { title, text } = wordsOf(order, phase, useMoney(order, "buyer"));
  return (
    <div className={styles.narrow}>
      <PageHeader title={title} lead={text} />
      {order.ticket?.event?.cancelled ? <ToOtherEvents /> : <WayOn order={order} />}
      <p>
        <Link to="/orders/$orderId" params={{ orderId: order.id }}>
          {texts.toOrder}
        </Link>
      </p>
    </div>
  );
}

/** Of an event that does not take place there are no other tickets. */
const ToOtherEvents = () => (
  <Link to="/" className={buttonClass("secondary", true)}>
    {texts.again.otherEvents}
  </Link>
);

/** The same ticket, if it can still be bought, and the other tickets for the event. */
function WayOn({ order }: { order: Order }) {
  const { query, ticket } = useTicket(order.ticketId);
  const event = order.ticket?.event;
  const params = { ticketId: order.ticketId };
  if (query.isPending) return <SkeletonList count={1} />;
  return (
    <Card className={styles.wayOn}>
      <h2>
        <bdi>{event?.title}</bdi>
      </h2>
      <p className={styles.note}>{ticketTexts.seat(order.ticket?.seat)}</p>
      {ticket?.status === TicketStatus.AVAILABLE && ticket.price && (
        <>
          <p>{texts.again.free}</p>
          <Link to="/tickets/$ticketId" params={params} className={buttonClass("primary", true)}>
            {texts.again.buyAgain(formatMoney(ticket.price))}
          </Link>
        </>
      )}
      {ticket?.status === TicketStatus.LOCKED && (
        <>
          <p>{texts.again.taken}</p>
          <Link to="/tickets/$ticketId" params={params} className={buttonClass("primary", true)}>
            {texts.again.watch}
          </Link>
        </>
      )}
      {ticket?.status !== TicketStatus.AVAILABLE && ticket?.status !== TicketStatus.LOCKED && (
        <p>{ticket?.status === TicketStatus.EXPIRED ? texts.again.begun : texts.again.gone}</p>
      )}
      <LinkToEvent event={event} className={buttonClass("secondary", true)}>
        {texts.again.others}
      </LinkToEvent>
    </Card>
  );
}
