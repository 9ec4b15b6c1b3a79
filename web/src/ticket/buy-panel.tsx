import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { type ReactNode, useState } from "react";
import { Button, buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Countdown } from "../design/countdown.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Money } from "../design/money.tsx";
import { ErrorNotice, Notice } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { formatTime } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";
import { useSession } from "../session/session-store.ts";
import { LinkToEvent } from "./link-to-event.tsx";
import { ticketTexts as texts } from "./texts.ts";
import styles from "./ticket.module.css";
import { usePurchase } from "./use-purchase.ts";

/** The price, the state and the possible actions. Follows the ticket by itself. */
export function BuyPanel(props: { ticket: Ticket; own: boolean; onTimeUp: () => void; pill: ReactNode }) {
  const { ticket, own } = props;
  const { price } = ticket;
  const [shown] = useState(price);
  const purchase = usePurchase(ticket.id, shown);
  // The stream may show the buyer's own lock before the call returns. It must not look like somebody else's.
  const status = purchase.pending ? TicketStatus.AVAILABLE : ticket.status;
  useAnnouncedChange(status, (now, before) => (own ? undefined : changeText(now, before)));
  if (!price) return null;
  const { question } = purchase;
  return (
    <Card className={styles.buy}>
      <div>{props.pill}</div>
      <Money amount={price} className={styles.price} />
      {shown && shown.minorUnits !== price.minorUnits && status === TicketStatus.AVAILABLE && (
        <Notice tone="warn" title={texts.priceChangedTitle}>
          <p>{texts.priceChanged(formatMoney(shown), formatMoney(price))}</p>
        </Notice>
      )}
      {/* Of a ticket that cannot be had the panel says so itself. */}
      {purchase.failure !== undefined && status === TicketStatus.AVAILABLE && (
        <ErrorNotice error={purchase.failure} />
      )}
      {own ? (
        <Notice tone="warn" title={texts.ownTitle}>
          <p>{texts.ownText}</p>
          <Link to="/sell/$ticketId" params={{ ticketId: ticket.id }}>
            {texts.edit}
          </Link>
        </Notice>
      ) : (
        <ForBuyers
          {...props}
          status={status}
          buyLabel={texts.buy(formatMoney(price))}
          onBuy={() => purchase.buy(price)}
          pending={purchase.pending}
        />
      )}
      {question && (
        <Dialog
          title={texts.priceChangedTitle}
          onClose={purchase.decline}
          actions={
            <>
              <Button look="secondary" onClick={purchase.decline}>
                {texts.notNow}
              </Button>
              <Button onClick={purchase.accept}>{texts.buyAtNew(formatMoney(question.now))}</Button>
            </>
          }
        >
          <p>{texts.priceChanged(formatMoney(question.before), formatMoney(question.now))}</p>
        </Dialog>
      )}
    </Card>
  );
}

function ForBuyers(props: {
  ticket: Ticket;
  status: TicketStatus;
  buyLabel: string;
  pending: boolean;
  onBuy: () => void;
  onTimeUp: () => void;
}) {
  const guest = useSession().status === "anonymous";
  const { lock } = props.ticket;
  switch (props.status) {
    case TicketStatus.AVAILABLE:
      return (
        <>
          <div className={styles.action}>
            <Button wide pending={props.pending} onClick={props.onBuy}>
              {props.pending ? texts.buying : props.buyLabel}
            </Button>
          </div>
          <p className={styles.note}>
            {props.ticket.instant && <strong>{texts.instantNote} </strong>}
            {texts.holdNote} {guest && texts.signInFirst}
          </p>
        </>
      );
    case TicketStatus.LOCKED: {
      const until = lock?.expireTime && timestampDate(lock.expireTime);
      if (!until) return null;
      const mine = Boolean(lock.orderId);
      return (
        <>
          <Notice tone={mine ? "good" : "warn"} title={mine ? texts.mineTitle : texts.lockedTitle}>
            <p>{mine ? texts.mineText : texts.lockedText(formatTime(until))}</p>
          </Notice>
          <p className={styles.clock}>
            <span>{mine ? texts.timeLeft : texts.freeIn}</span>
            <Countdown key={until.getTime()} until={until} onEnd={props.onTimeUp} />
          </p>
          {mine && (
            <div className={styles.action}>
              <Link
                to="/checkout/$orderId"
                params={{ orderId: lock.orderId }}
                className={buttonClass("primary", true)}
              >
                {texts.toCheckout}
              </Link>
            </div>
          )}
        </>
      );
    }
    case TicketStatus.SOLD:
      return (
        <Notice tone="warn" title={texts.soldTitle}>
          <p>{texts.soldText}</p>
          <OthersLink ticket={props.ticket} />
        </Notice>
      );
    case TicketStatus.EXPIRED:
      return (
        <Notice tone="warn" title={texts.expiredTitle}>
          <p>{texts.expiredText}</p>
        </Notice>
      );
    default:
      if (props.ticket.event?.cancelled) {
        return (
          <Notice tone="warn" title={texts.cancelledTitle}>
            <p>{texts.cancelledText}</p>
          </Notice>
        );
      }
      return (
        <Notice tone="warn" title={texts.withdrawnTitle}>
          <OthersLink ticket={props.ticket} />
        </Notice>
      );
  }
}

function OthersLink({ ticket }: { ticket: Ticket }) {
  return <LinkToEvent event={ticket.event}>{texts.others}</LinkToEvent>;
}

/** What screen readers say when a ticket that somebody may buy changes. */
function changeText(now: TicketStatus, before: TicketStatus): string | undefined {
  switch (now) {
    case TicketStatus.AVAILABLE:
      return before === TicketStatus.LOCKED ? texts.freeAgain : undefined;
    case TicketStatus.LOCKED:
      return texts.nowLocked;
    case TicketStatus.SOLD:
      return texts.soldTitle;
    case TicketStatus.EXPIRED:
      return texts.expiredTitle;
    default:
      return undefined;
  }
}
