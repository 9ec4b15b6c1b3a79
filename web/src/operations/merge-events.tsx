import { useQuery } from "@connectrpc/connect-query";
import type { Event } from "@ticketing/proto/events/v1/event";
import { EventService } from "@ticketing/proto/events/v1/event_service";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { EventFacts } from "./event-facts.tsx";
import { eventTexts as texts } from "./event-texts.ts";
import styles from "./events.module.css";
import type { ShowEvents } from "./one-event.tsx";
import { ReasonedAction } from "./reasoned-action.tsx";

/** Two events side by side: the first leads to the other once they are merged. */
export function MergeEvents(props: { event: Event; otherId: string; show: ShowEvents }) {
  const { event, otherId, show } = props;
  const query = useQuery(EventService.method.getEvent, { eventId: otherId }, { staleTime: 0 });
  const other = query.data?.event;
  if (query.isPending) return <SkeletonList count={2} />;
  if (!other) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const leave = (
    <Button look="secondary" onClick={() => show({ event: event.id })}>
      {texts.leave}
    </Button>
  );
  if (other.id === event.id) {
    return (
      <>
        <Notice tone="warn" title={texts.sameTitle}>
          <p>{texts.sameText}</p>
        </Notice>
        <div className={styles.buttons}>{leave}</div>
      </>
    );
  }
  const alike = event.venue?.id === other.venue?.id && event.startTime?.seconds === other.startTime?.seconds;
  return (
    <>
      <div className={styles.pair}>
        <Side label={texts.goes} event={event} />
        <Side label={texts.stays} event={other} />
      </div>
      {!alike && (
        <Notice tone="warn" title={texts.differs}>
          <p>{texts.differsText}</p>
        </Notice>
      )}
      <div className={styles.buttons}>
        <ReasonedAction
          method={EventService.method.mergeEvents}
          input={(reason) => ({ eventId: event.id, intoEventId: other.id, reason })}
          label={texts.mergeNow}
          look="primary"
          title={texts.mergeTitle}
          keep={texts.mergeKeep}
          onDone={() => {
            toast(texts.merged);
            show({ event: other.id });
          }}
        >
          <p>{texts.mergeQuestion(event.title, other.title)}</p>
          <p>{texts.mergeFollows}</p>
        </ReasonedAction>
        <Button look="secondary" onClick={() => show({ event: other.id, other: event.id })}>
          {texts.swap}
        </Button>
        {leave}
      </div>
    </>
  );
}

function Side({ label, event }: { label: string; event: Event }) {
  return (
    <section aria-label={label}>
      <Card className={styles.card}>
        <p className={styles.role}>{label}</p>
        <EventFacts event={event} />
      </Card>
    </section>
  );
}
