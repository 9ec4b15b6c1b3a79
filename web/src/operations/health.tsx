import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { GetOverviewResponse_Replica as Replica } from "@ticketing/proto/operations/v1/operations_service";
import { serverClock } from "../api/server-clock.ts";
import { Badge, StatusPill } from "../design/card.tsx";
import { Row, Rows } from "../design/row.tsx";
import { formatDateTime, formatTimeOfDay } from "../format/format-date.ts";
import styles from "./operations.module.css";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** The services, of which each has at least one process. */
const services = ["auth", "catalog", "events", "operations", "orders", "payments", "tickets", "workflows"];

/** Processes report their health every two seconds. */
const SILENT_MS = 10_000;

/** Every replica that has reported, and every service without one. */
export function Health({ replicas }: { replicas: readonly Replica[] }) {
  const missing = services.filter((name) => !replicas.some(({ service }) => service === name));
  return (
    <Section title={texts.health}>
      <Rows>
        {missing.map((service) => (
          <Row
            key={service}
            level={3}
            tight
            heading={service}
            end={<StatusPill tone="bad">{texts.notHeard}</StatusPill>}
          >
            <p className={styles.soft}>{texts.notHeardText}</p>
          </Row>
        ))}
        {replicas.map((replica) => (
          <ReplicaRow key={replica.instance} replica={replica} />
        ))}
      </Rows>
    </Section>
  );
}

function ReplicaRow({ replica }: { replica: Replica }) {
  const { service, serving, dependencies } = replica;
  const heard = replica.time && timestampDate(replica.time);
  const start = replica.startTime && timestampDate(replica.startTime);
  const whole = serving && !dependencies.some(({ reachable, needed }) => needed && !reachable);
  const silent = heard !== undefined && serverClock.now() - heard.getTime() > SILENT_MS;
  return (
    <Row
      level={3}
      tight
      heading={service}
      end={
        <StatusPill tone={whole ? "good" : serving ? "warn" : "bad"}>
          {whole ? texts.serving : serving ? texts.servingInPart : texts.notServing}
        </StatusPill>
      }
    >
      <p className={styles.soft}>
        {start && texts.upSince(formatDateTime(start))} {silent && texts.silentSince(formatTimeOfDay(heard))}
      </p>
      {!silent && dependencies.length > 0 && (
        <ul className={styles.dependencies}>
          {dependencies.map(({ name, reachable, needed }) => (
            <li key={name}>
              <Badge tone={reachable ? "neutral" : needed ? "bad" : "warn"}>
                {reachable ? texts.reachable(name) : texts.unreachable(name, needed)}
              </Badge>
            </li>
          ))}
        </ul>
      )}
    </Row>
  );
}
