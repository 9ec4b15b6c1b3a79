import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { OperationsService } from "@ticketing/proto/operations/v1/operations_service";
import { buttonClass } from "../design/button.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { DeadLetters } from "./dead-letters.tsx";
import { ForOperators } from "./for-operators.tsx";
import { Freshness } from "./freshness.tsx";
import { Health } from "./health.tsx";
import { Lag } from "./lag.tsx";
import { Numbers } from "./numbers.tsx";
import styles from "./operations.module.css";
import { OrdersByStatus } from "./orders-by-status.tsx";
import { Reconciliation } from "./reconciliation.tsx";
import { refresh } from "./refresh.ts";
import { Streams } from "./streams.tsx";
import { operationsTexts as texts } from "./texts.ts";

/** The marketplace at a glance, for operators. */
export function OperationsScreen() {
  return (
    <ForOperators>
      <Overview />
    </ForOperators>
  );
}

function Overview() {
  const query = useQuery(OperationsService.method.getOverview, {}, refresh);
  const { data: overview } = query;
  if (query.isPending) return <SkeletonList count={4} />;
  if (!overview) return <ErrorState page error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <PageHeader
        title={texts.title}
        lead={texts.lead}
        actions={
          <div className={styles.pages}>
            <Link to="/operations/events" className={buttonClass("secondary")}>
              {texts.toEvents}
            </Link>
            <Link to="/operations/cases" className={buttonClass("secondary")}>
              {texts.toCases}
            </Link>
            <Link to="/operations/decisions" className={buttonClass("secondary")}>
              {texts.toDecisions}
            </Link>
            <Link
              to="/operations/log"
              search={{ about: undefined, by: undefined }}
              className={buttonClass("secondary")}
            >
              {texts.toLog}
            </Link>
          </div>
        }
      />
      <Freshness readAt={query.dataUpdatedAt} failing={query.isRefetchError} />
      <div className={styles.sections}>
        <Numbers overview={overview} />
        <Health replicas={overview.replicas} />
        <Lag lag={overview.lag} />
        <Streams streams={overview.streams} />
        <DeadLetters />
        <Reconciliation state={overview.reconciliation} />
        <OrdersByStatus />
      </div>
    </>
  );
}
