import { timestampDate } from "@bufbuild/protobuf/wkt";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { User } from "@ticketing/proto/auth/v1/user";
import { type Case, type CaseDecision, CaseKind, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { formatDateTime } from "../format/format-date.ts";
import type { Amount } from "../format/format-money.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { AddEvidence } from "./add-evidence.tsx";
import { BankAnswerText } from "./bank-answer.tsx";
import { CaseStatusPill } from "./case-status.tsx";
import styles from "./cases.module.css";
import { Evidence } from "./evidence.tsx";
import { caseKindNames, caseStatusNames, type Party, rulingText, caseTexts as texts } from "./texts.ts";
import { isUndecided, useCase } from "./use-cases.ts";

/** A case as it is now, for the buyer or the seller of its order. */
export function CaseScreen() {
  const { caseId } = getRouteApi("/cases/$caseId").useParams();
  return <SignedIn>{(user) => <LiveCase key={caseId} caseId={caseId} user={user} />}</SignedIn>;
}

function LiveCase({ caseId, user }: { caseId: string; user: User }) {
  const { query, found, take } = useCase(caseId);
  useAnnouncedChange(found?.status, (now) => texts.became(caseStatusNames[now]));
  if (query.isPending) return <SkeletonList count={2} />;
  if (!found) return <ErrorState page error={query.error} onRetry={() => void query.refetch()} />;
  const side = found.sellerId === user.id ? "seller" : "buyer";
  const isParty = [found.buyerId, found.sellerId].includes(user.id);
  return (
    <div className={styles.page}>
      <PageHeader
        title={caseKindNames[found.kind]}
        lead={
          <>
            {texts.lead[side]} <bdi>{found.title}</bdi>
          </>
        }
      />
      <Card className={styles.side}>
        <div>
          <CaseStatusPill status={found.status} forParties />
        </div>
        {found.price && <Money amount={found.price} className={styles.big} />}
        <Standing found={found} side={side} />
        {isParty ? (
          <Link
            to="/orders/$orderId"
            params={{ orderId: found.orderId }}
            className={buttonClass("secondary", true)}
          >
            {texts.toOrder[side]}
          </Link>
        ) : (
          <Link
            to="/operations/cases/$caseId"
            params={{ caseId: found.id }}
            className={buttonClass("primary", true)}
          >
            {texts.operators}
          </Link>
        )}
      </Card>
      <Evidence evidence={found.evidence} />
      {isParty && canSayMore(found) && (
        <AddEvidence caseId={found.id} forBank={found.kind === CaseKind.CHARGEBACK} onAdded={take} />
      )}
    </div>
  );
}

/** Nothing is added once the bank is told what was said. */
const canSayMore = (found: Case): boolean => isUndecided(found) && !found.bankAnswer?.evidenceClosedTime;

/** Where the case stands, in words: what was decided and why, or who decides. */
function Standing({ found, side }: { found: Case; side: Party }) {
  const { kind, decision, price, status } = found;
  if (decision && !isUndecided(found))
    return <Decision decision={decision} price={price} status={status} side={side} />;
  return (
    <Notice tone="warn" title={texts.openTitle}>
      <p>{(kind === CaseKind.CHARGEBACK ? texts.bankText : texts.openText)[side]}</p>
      <BankAnswerText answer={found.bankAnswer} />
    </Notice>
  );
}

function Decision(props: {
  decision: CaseDecision;
  price: Amount | undefined;
  status: CaseStatus;
  side: Party;
}) {
  const { decision, price, status, side } = props;
  return (
    <Notice tone="good" title={rulingText(side, decision, price)}>
      <p>
        {texts.why} <bdi>{decision.reason}</bdi>
      </p>
      {decision.time && <p>{texts.decidedOn(formatDateTime(timestampDate(decision.time)))}</p>}
      {status === CaseStatus.DECIDED && <p>{texts.underWay}</p>}
    </Notice>
  );
}
