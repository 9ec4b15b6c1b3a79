import { useQuery } from "@connectrpc/connect-query";
import { type Event, EventStatus } from "@ticketing/proto/events/v1/event";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { toast } from "../design/announcer.tsx";
import { Card } from "../design/card.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { FindEvent } from "../events/find-event.tsx";
import { EventFacts } from "./event-facts.tsx";
import { EventOrders, useEventOrders } from "./event-orders.tsx";
import { eventTexts as texts } from "./event-texts.ts";
import styles from "./events.module.css";
import { MergeEvents } from "./merge-events.tsx";
import { MoveEvent } from "./move-event.tsx";
import { ReasonedAction } from "./reasoned-action.tsx";
import { Section } from "./section.tsx";

/** Changes the address: which event is shown, and which one beside it. */
export type ShowEvents = (search: { event?: string | undefined; other?: string | undefined }) => void;

/** An event with what operators can do to it. `otherId`: an event that it may be merged with. */
export function OneEvent(props: { eventId: string; otherId: string | undefined; show: ShowEvents }) {
  const { eventId, otherId, show } = props;
  const query = useQuery(EventService.method.getEvent, { eventId }, { staleTime: 0 });
  const event = query.data?.event;
  if (query.isPending) return <SkeletonList count={1} />;
  if (!event) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const refresh = () => void query.refetch();
  if (otherId) return <MergeEvents event={event} otherId={otherId} show={show} />;
  return (
    <div className={styles.pair}>
      <Card className={styles.card}>
        {event.id !== eventId && <Notice tone="warn" title={texts.mergedTitle} />}
        <EventFacts event={event} />
      </Card>
      <div className={styles.actions}>
        <EventOrders event={event} />
        {event.status !== EventStatus.CANCELLED && <Actions event={event} onChanged={refresh} show={show} />}
      </div>
    </div>
  );
}

/** What can be done to an event that takes place. */
function Actions(props: { event: Event; onChanged: () => void; show: ShowEvents }) {
  const { event, onChanged, show } = props;
  return (
    <>
      <Section title={texts.move}>
        <MoveEvent event={event} onChanged={onChanged} show={show} />
      </Section>
      <Section title={texts.merge} lead={<p className={styles.soft}>{texts.mergeText}</p>}>
        <FindEvent
          label={texts.findOther}
          hint={texts.findHint}
          onTake={({ id }) => show({ event: event.id, other: id })}
        />
      </Section>
      <Section title={texts.cancel} lead={<p className={styles.soft}>{texts.cancelLead}</p>}>
        <div>
          <CancelEvent event={event} onChanged={onChanged} />
        </div>
      </Section>
    </>
  );
}

/** Cancels the event after saying what follows. */
function CancelEvent({ event, onChanged }: { event: Event; onChanged: () => void }) {
  const { id, version, title } = event;
  const { data: counts } = useEventOrders(id);
  return (
    <ReasonedAction
      method={EventService.method.cancelEvent}
      input={(reason) => ({ eventId: id, version, reason })}
      label={texts.cancel}
      look="danger"
      title={texts.cancelTitle}
      keep={texts.keep}
      onRefused={onChanged}
      onDone={() => {
        toast(texts.cancelled);
        onChanged();
      }}
    >
      <p>{texts.cancelOf(title)}</p>
      <ul>
        {texts.cancelText(asNumber(counts?.awaitingPayment), asNumber(counts?.paid)).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p>
        <strong>{texts.cancelForGood}</strong>
      </p>
    </ReasonedAction>
  );
}

const asNumber = (value: bigint | undefined) => (value === undefined ? undefined : Number(value));
