import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { GetOverviewResponse_Stream } from "@ticketing/proto/operations/v1/operations_service";
import { StatusPill } from "../design/card.tsx";
import { Row, Rows } from "../design/row.tsx";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./operations.module.css";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** How full each stream is. */
export function Streams({ streams }: { streams: readonly GetOverviewResponse_Stream[] }) {
  return (
    <Section title={texts.streams} lead={<p className={styles.soft}>{texts.streamsText}</p>}>
      <Rows>
        {streams.map(({ stream, bytes, limit, oldestEventTime, alarm }) => (
          <Row
            key={stream}
            level={3}
            tight
            heading={stream}
            end={
              <StatusPill tone={alarm ? "bad" : "good"}>{alarm ? texts.almostFull : texts.room}</StatusPill>
            }
          >
            <p className={styles.soft}>{limit > 0n ? texts.fillOf(bytes, limit) : texts.fill(bytes)}</p>
            <p className={styles.soft}>
              {oldestEventTime
                ? texts.oldestEvent(formatDateTime(timestampDate(oldestEventTime)))
                : texts.noEvents}
            </p>
          </Row>
        ))}
      </Rows>
    </Section>
  );
}
