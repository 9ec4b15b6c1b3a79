import { timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import type { Case } from "@ticketing/proto/cases/v1/case";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { paged } from "../api/paged.ts";
import { serverClock } from "../api/server-clock.ts";
import { CaseStatusPill } from "../cases/case-status.tsx";
import { caseKindNames } from "../cases/texts.ts";
import { DateTime } from "../design/date-time.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { coverClass, Row } from "../design/row.tsx";
import { formatAge } from "../format/age.ts";
import { caseTexts as texts } from "./case-texts.ts";
import styles from "./events.module.css";
import { ForOperators } from "./for-operators.tsx";
import { PagedRows } from "./paged-rows.tsx";
import { refresh } from "./refresh.ts";

/** The cases that wait for an operator, oldest first. */
export function CasesScreen() {
  return (
    <ForOperators>
      <Link to="/operations" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader title={texts.title} lead={texts.lead} />
      <Undecided />
    </ForOperators>
  );
}

function Undecided() {
  const query = useInfiniteQuery(
    CaseService.method.listCases,
    { undecided: true, pageSize: 20, pageToken: "" },
    { ...paged, ...refresh },
  );
  return (
    <PagedRows
      query={query}
      itemsOf={(page) => page.cases}
      empty={texts.noneTitle}
      row={(each) => <OneCase key={each.id} found={each} />}
    />
  );
}

function OneCase({ found }: { found: Case }) {
  const { id, kind, title, orderId, price, status, createTime } = found;
  return (
    <Row
      heading={
        <Link to="/operations/cases/$caseId" params={{ caseId: id }} className={coverClass}>
          {caseKindNames[kind]}
        </Link>
      }
      end={
        <>
          <CaseStatusPill status={status} />
          {price && <Money amount={price} />}
        </>
      }
    >
      <p>
        <bdi>{title}</bdi>
      </p>
      <p className={styles.soft}>{texts.order(orderId)}</p>
      {createTime && (
        <p className={styles.soft}>
          {texts.age(formatAge(serverClock.now() - timestampMs(createTime)))}{" "}
          <DateTime date={timestampDate(createTime)} />
        </p>
      )}
    </Row>
  );
}
