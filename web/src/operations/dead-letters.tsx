import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { type DeadLetter, OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { paged } from "../api/paged.ts";
import { toast } from "../design/announcer.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { DateTime } from "../design/date-time.tsx";
import { MoreOfList } from "../design/page.tsx";
import { Row, RowAction, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { Freshness } from "./freshness.tsx";
import styles from "./operations.module.css";
import { refresh } from "./refresh.ts";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** Events that a consumer refused, newest first, each with a button to deliver it again. */
export function DeadLetters() {
  const query = useInfiniteQuery(
    OperationsService.method.listDeadLetters,
    { pageSize: 20, pageToken: "" },
    {
      ...refresh,
      ...paged,
    },
  );
  const letters = query.data?.pages.flatMap(({ deadLetters }) => deadLetters);
  return (
    <Section title={texts.deadLetters}>
      {query.isPending && <SkeletonList count={1} />}
      {query.isError && !letters && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isRefetchError && <Freshness readAt={query.dataUpdatedAt} failing />}
      {letters?.length === 0 && <p>{texts.noDeadLetters}</p>}
      <Rows>
        {letters?.map((letter) => (
          <Letter
            key={letter.sequence.toString()}
            letter={letter}
            onReplayed={() => {
              toast(texts.replayed(letter.sequence));
              void query.refetch();
            }}
          />
        ))}
      </Rows>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </Section>
  );
}

function Letter({ letter, onReplayed }: { letter: DeadLetter; onReplayed: () => void }) {
  const { sequence, subject, reason, consumer, stream, time } = letter;
  return (
    <Row
      level={3}
      heading={subject}
      end={
        <RowAction>
          <ConfirmedAction
            method={OperationsService.method.replayDeadLetter}
            input={{ sequence }}
            label={texts.replay(sequence)}
            look="secondary"
            wide={false}
            title={texts.replayTitle}
            confirm={texts.replayConfirm}
            keep={texts.replayKeep}
            onDone={onReplayed}
          >
            <p>{subject}</p>
            <p>{texts.replayText}</p>
          </ConfirmedAction>
        </RowAction>
      }
    >
      <p>{reason}</p>
      <p className={styles.soft}>{texts.letterOrigin(consumer, stream)}</p>
      {time && <DateTime date={timestampDate(time)} className={styles.soft} />}
    </Row>
  );
}
