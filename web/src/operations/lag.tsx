import type { GetOverviewResponse_Lag } from "@ticketing/proto/operations/v1/operations_service";
import { StatusPill } from "../design/card.tsx";
import { Row, Rows } from "../design/row.tsx";
import styles from "./operations.module.css";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** How far each consumer is behind its stream. */
export function Lag({ lag }: { lag: readonly GetOverviewResponse_Lag[] }) {
  return (
    <Section title={texts.lag} lead={<p className={styles.soft}>{texts.lagText}</p>}>
      <Rows>
        {lag.map(({ stream, consumer, pending, inFlight }) => (
          <Row
            key={`${stream} ${consumer}`}
            level={3}
            tight
            heading={consumer}
            end={
              <StatusPill tone={pending > 0n ? "warn" : "good"}>
                {pending > 0n ? texts.pending(pending) : texts.upToDate}
              </StatusPill>
            }
          >
            <p className={styles.soft}>{texts.consumerOf(stream)}</p>
            {inFlight > 0n && <p className={styles.soft}>{texts.inFlight(inFlight)}</p>}
          </Row>
        ))}
      </Rows>
    </Section>
  );
}
