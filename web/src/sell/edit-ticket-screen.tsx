import { timestampDate } from "@bufbuild/protobuf/wkt";
import { getRouteApi, Link } from "@tanstack/react-router";
import { OffSaleReason, type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { ListingFile } from "../delivery/listing-file.tsx";
import { toast } from "../design/announcer.tsx";
import { buttonClass } from "../design/button.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { Countdown } from "../design/countdown.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState, Notice } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { formatTime } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";
import { isolate } from "../format/isolate.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { TicketFace } from "../ticket/ticket-face.tsx";
import { TicketStatusPill } from "../ticket/ticket-status.tsx";
import { useTicket } from "../ticket/use-ticket.ts";
import { EditForm } from "./edit-form.tsx";
import styles from "./sell.module.css";
import { SellerShare } from "./seller-share.tsx";
import { sellTexts as texts } from "./texts.ts";

/** One of the person's own tickets: its state, and a form to change it while nobody holds it. */
export function EditTicketScreen() {
  const { ticketId } = getRouteApi("/sell/$ticketId").useParams();
  return <SignedIn>{(user) => <OwnTicket key={ticketId} ticketId={ticketId} userId={user.id} />}</SignedIn>;
}

function OwnTicket({ ticketId, userId }: { ticketId: string; userId: string }) {
  const { query, ticket, refresh } = useTicket(ticketId);
  useAnnouncedChange(ticket?.status, changeText);
  if (query.isPending) return <SkeletonList count={2} />;
  if (!ticket) return <ErrorState page error={query.error} onRetry={refresh} />;
  const toTicket = (
    <Link to="/tickets/$ticketId" params={{ ticketId }} className={buttonClass("secondary")}>
      {ticket.sellerId === userId ? texts.asBuyers : texts.toTicket}
    </Link>
  );
  if (ticket.sellerId !== userId) {
    return (
      <EmptyState page title={texts.notYoursTitle} text={texts.notYoursText}>
        {toTicket}
      </EmptyState>
    );
  }
  const { status } = ticket;
  const free = status === TicketStatus.AVAILABLE || status === TicketStatus.EXPIRED;
  return (
    <>
      <Link to="/sell" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader
        title={isolate(ticket.event?.title ?? "")}
        lead={<bdi>{ticket.title}</bdi>}
        actions={toTicket}
      />
      <div className={styles.standing}>
        <TicketStatusPill status={status} />
        {ticket.price && <Money amount={ticket.price} className={styles.amount} />}
      </div>
      {status === TicketStatus.LOCKED && ticket.price && <SellerShare price={ticket.price} />}
      <Standing ticket={ticket} onTimeUp={refresh} />
      {(free || status === TicketStatus.LOCKED) && (
        // Hidden but still mounted, so that what was typed is there when the ticket is free again.
        <div hidden={!free}>
          <EditForm ticket={ticket} onStale={refresh} />
        </div>
      )}
      {(status === TicketStatus.AVAILABLE || status === TicketStatus.LOCKED) && (
        <ListingFile ticketId={ticketId} free={status === TicketStatus.AVAILABLE} />
      )}
      {free && (
        <div className={styles.withdraw}>
          <ConfirmedAction
            method={TicketService.method.withdrawTicket}
            input={{ ticketId, version: ticket.version }}
            label={texts.withdraw}
            look="danger"
            wide={false}
            title={texts.withdrawTitle}
            confirm={texts.withdraw}
            keep={texts.keep}
            onRefused={refresh}
            onDone={() => {
              toast(texts.withdrawn);
              refresh();
            }}
          >
            <p>{texts.withdrawText}</p>
          </ConfirmedAction>
        </div>
      )}
      {!free && <TicketFace ticket={ticket} heading={<h2 className={styles.faceHead}>{texts.listing}</h2>} />}
    </>
  );
}

/** Why the ticket cannot be changed, if that is so. */
function Standing({ ticket, onTimeUp }: { ticket: Ticket; onTimeUp: () => void }) {
  const { status, lock, price } = ticket;
  switch (status) {
    case TicketStatus.LOCKED: {
      const until = lock?.expireTime && timestampDate(lock.expireTime);
      if (!until) return null;
      return (
        <div className={styles.notice}>
          <Notice tone="warn" title={texts.lockedTitle}>
            <p>{texts.lockedText(formatTime(until))}</p>
            <p className={styles.clock}>
              {texts.timeLeft} <Countdown key={until.getTime()} until={until} onEnd={onTimeUp} />
            </p>
            {lock.orderId && (
              <Link to="/orders/$orderId" params={{ orderId: lock.orderId }}>
                {texts.toOrder}
              </Link>
            )}
          </Notice>
        </div>
      );
    }
    case TicketStatus.SOLD:
      return (
        <div className={styles.notice}>
          <Notice tone="good" title={texts.soldTitle}>
            <p>{price && texts.soldText(formatMoney(price))}</p>
            <Link to="/sales">{texts.toSale}</Link>
          </Notice>
        </div>
      );
    case TicketStatus.EXPIRED:
      return (
        <div className={styles.notice}>
          <Notice tone="warn" title={texts.expiredTitle}>
            <p>{texts.expiredText}</p>
          </Notice>
        </div>
      );
    case TicketStatus.WITHDRAWN:
      if (ticket.offSaleReason !== OffSaleReason.UNSPECIFIED) return <KeptOff ticket={ticket} />;
      if (ticket.event?.cancelled) {
        return (
          <div className={styles.notice}>
            <Notice tone="warn" title={texts.cancelledTitle}>
              <p>{texts.cancelledText}</p>
            </Notice>
          </div>
        );
      }
      return (
        <div className={styles.notice}>
          <Notice tone="warn" title={texts.withdrawnTitle}>
            <p>{texts.withdrawnText}</p>
            <Link to="/sell/new" search={{ like: ticket.id }}>
              {texts.listAnew}
            </Link>
          </Notice>
        </div>
      );
    default:
      return null;
  }
}

/** Says why an operator keeps the ticket off sale. */
function KeptOff({ ticket: { offSaleReason, offSaleNote } }: { ticket: Ticket }) {
  const isTakenDown = offSaleReason === OffSaleReason.TAKEN_DOWN;
  return (
    <div className={styles.notice}>
      <Notice tone="warn" title={isTakenDown ? texts.takenDownTitle : texts.suspendedTitle}>
        <p>{isTakenDown ? texts.takenDownText : texts.suspendedText}</p>
        {offSaleNote && (
          <p>
            <bdi>{offSaleNote}</bdi>
          </p>
        )}
      </Notice>
    </div>
  );
}

/** What screen readers say when a seller's ticket changes. */
function changeText(now: TicketStatus): string | undefined {
  switch (now) {
    case TicketStatus.LOCKED:
      return texts.nowLocked;
    case TicketStatus.AVAILABLE:
      return texts.freeAgain;
    case TicketStatus.SOLD:
      return texts.nowSold;
    case TicketStatus.EXPIRED:
      return texts.expiredTitle;
    default:
      return undefined;
  }
}
