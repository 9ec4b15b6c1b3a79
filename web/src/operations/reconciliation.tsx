import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Drift, ReconciliationState } from "@ticketing/proto/workflows/v1/reconciliation_events";
import { StatusPill } from "../design/card.tsx";
import { Row, Rows } from "../design/row.tsx";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./operations.module.css";
import { Section } from "./section.tsx";
import { driftNames, operationsTexts as texts } from "./texts.ts";

/** What the last comparison of tickets, orders, payments and Stripe found. */
export function Reconciliation({ state }: { state: ReconciliationState | undefined }) {
  return (
    <Section title={texts.reconciliation}>
      {state?.startTime ? (
        <>
          <p>{texts.lastRun(formatDateTime(timestampDate(state.startTime)), state.compared)}</p>
          <p>{agrees(state) ? texts.noDrift : texts.found(state.open, state.mended)}</p>
          {state.unchecked > 0n && <p>{texts.unchecked(state.unchecked)}</p>}
          {state.skipped > 0n && <p>{texts.skipped(state.skipped)}</p>}
          {state.skippedRecords.map(({ recordSource, id, reason }) => (
            <p key={`${recordSource} ${id}`} className={styles.soft}>
              {texts.skippedRecord(recordSource, id, reason)}
            </p>
          ))}
          <Rows>
            {state.drift.map((drift) => (
              <Difference
                key={`${drift.kind} ${drift.orderId} ${drift.ticketId} ${drift.providerPaymentId}`}
                drift={drift}
              />
            ))}
          </Rows>
        </>
      ) : (
        <p>{texts.neverRan}</p>
      )}
    </Section>
  );
}

/** Whether every record was compared and nothing differs. */
const agrees = ({ drift, unchecked, skipped }: ReconciliationState): boolean =>
  drift.length === 0 && unchecked === 0n && skipped === 0n;

function Difference({ drift }: { drift: Drift }) {
  const { kind, orderId, ticketId, providerPaymentId, detail, mended } = drift;
  return (
    <Row
      level={3}
      heading={driftNames[kind]}
      end={<StatusPill tone={mended ? "good" : "bad"}>{mended ? texts.mended : texts.open}</StatusPill>}
    >
      <p>{detail}</p>
      {orderId && <p className={styles.soft}>{texts.ofOrder(orderId)}</p>}
      {ticketId && <p className={styles.soft}>{texts.ofTicket(ticketId)}</p>}
      {providerPaymentId && <p className={styles.soft}>{texts.ofIntent(providerPaymentId)}</p>}
    </Row>
  );
}
