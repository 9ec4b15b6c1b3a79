import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { AuditEntry } from "@ticketing/proto/operations/v1/audit_entry";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { paged } from "../api/paged.ts";
import { DateTime } from "../design/date-time.tsx";
import { Field } from "../design/field.tsx";
import { PageHeader } from "../design/page.tsx";
import { Row } from "../design/row.tsx";
import { auditActionNames, decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";
import { ForOperators } from "./for-operators.tsx";
import { PagedRows } from "./paged-rows.tsx";

/** What operators did, newest first. The address names whose acts, and on what. */
export function AuditLogScreen() {
  const { about, by } = getRouteApi("/operations/log").useSearch();
  const navigate = useNavigate({ from: "/operations/log" });
  const show = (search: { about: string | undefined; by: string | undefined }) =>
    void navigate({ search, replace: true, resetScroll: false });
  const typed = (text: string) => text.trim() || undefined;
  return (
    <ForOperators>
      <Link to="/operations" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader title={texts.logTitle} lead={texts.logLead} />
      <div className={styles.filters}>
        <Field
          label={texts.operatorFilter}
          defaultValue={by}
          onBlur={(event) => show({ about, by: typed(event.target.value) })}
        />
        <Field
          label={texts.subjectFilter}
          defaultValue={about}
          onBlur={(event) => show({ about: typed(event.target.value), by })}
        />
      </div>
      <Entries operatorId={by ?? ""} subjectId={about ?? ""} />
    </ForOperators>
  );
}

function Entries(of: { operatorId: string; subjectId: string }) {
  const query = useInfiniteQuery(
    OperationsService.method.listAuditLog,
    { ...of, pageSize: 20, pageToken: "" },
    { ...paged, staleTime: 0 },
  );
  return (
    <PagedRows
      query={query}
      itemsOf={(page) => page.entries}
      empty={texts.logEmpty}
      row={(entry) => <Entry key={entry.id} entry={entry} />}
    />
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { action, operatorId, subjectId, reason, detail, time } = entry;
  return (
    <Row heading={auditActionNames[action]}>
      {reason && (
        <p>
          <bdi>{reason}</bdi>
        </p>
      )}
      <p className={styles.soft}>{texts.subject(subjectId)}</p>
      {detail && <p className={styles.soft}>{detail}</p>}
      <p className={styles.soft}>{texts.operator(operatorId)}</p>
      {time && <DateTime date={timestampDate(time)} className={styles.soft} />}
    </Row>
  );
}
