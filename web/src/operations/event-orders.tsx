import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import { type CountEventOrdersResponse, OrderService } from "@ticketing/proto/orders/v1/order_service";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { eventTexts as texts } from "./event-texts.ts";
import eventStyles from "./events.module.css";
import { Freshness } from "./freshness.tsx";
import { Figure } from "./numbers.tsx";
import styles from "./operations.module.css";
import { refresh } from "./refresh.ts";
import { Section } from "./section.tsx";

const number = new Intl.NumberFormat();

/** How many orders for an event there are. Undefined until that is known. Read again while the page is visible. */
export const useEventOrders = (eventId: string) =>
  useQuery(OrderService.method.countEventOrders, { eventId }, refresh);

/** The orders for an event: whom a change of it concerns and, once it is cancelled, how many have ended. */
export function EventOrders({ event }: { event: Event }) {
  const query = useEventOrders(event.id);
  const { data: counts } = query;
  const isCancelled = event.status === EventStatus.CANCELLED;
  return (
    <Section title={texts.orders}>
      {query.isPending && <SkeletonList count={1} />}
      {query.isError && !counts && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isRefetchError && counts && <Freshness readAt={query.dataUpdatedAt} failing />}
      {counts && isCancelled && <Ending counts={counts} />}
      {counts && (
        <dl className={styles.numbers}>
          <Figure label={texts.awaitingPayment} value={number.format(counts.awaitingPayment)} />
          <Figure label={texts.paid} value={number.format(counts.paid)} />
          {counts.refundRefused > 0n && (
            <Figure label={texts.refundRefused} value={number.format(counts.refundRefused)} bad />
          )}
          <Figure label={texts.ended} value={number.format(counts.ended)} />
        </dl>
      )}
      {counts && counts.refundRefused > 0n && (
        <Notice tone="warn" title={texts.refusedTitle(Number(counts.refundRefused))}>
          <p>
            {texts.refusedText} <Link to="/operations">{texts.back}</Link>
          </p>
        </Notice>
      )}
    </Section>
  );
}

/** How many of the orders that a cancellation has to end have ended. */
function Ending({ counts }: { counts: CountEventOrdersResponse }) {
  const { awaitingPayment, paid, refundRefused, endedForCancellation } = counts;
  const left = Number(awaitingPayment + paid);
  const done = Number(endedForCancellation);
  const all = left + Number(refundRefused) + done;
  const text = left === 0 ? texts.noneLeft : texts.endedOf(done, all);
  useAnnouncedChange(left === 0, (isOver) => (isOver ? texts.noneLeft : undefined));
  return (
    <div className={eventStyles.ending}>
      <p>{text}</p>
      {all > 0 && <progress aria-label={texts.endedLabel} value={done} max={all} />}
    </div>
  );
}
