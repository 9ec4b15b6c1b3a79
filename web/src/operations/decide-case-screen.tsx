import { getRouteApi, Link } from "@tanstack/react-router";
import { type Case, CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { DisputeStatus, type Payment } from "@ticketing/proto/payments/v1/payment";
import { BankAnswerText, canSubmitNow } from "../cases/bank-answer.tsx";
import { CaseStatusPill } from "../cases/case-status.tsx";
import { Evidence } from "../cases/evidence.tsx";
import { caseKindNames } from "../cases/texts.ts";
import { isUndecided, useCase } from "../cases/use-cases.ts";
import { toast } from "../design/announcer.tsx";
import { Card } from "../design/card.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState, Notice } from "../design/states.tsx";
import { useSession } from "../session/session-store.ts";
import { decisionName, caseTexts as texts } from "./case-texts.ts";
import { DecideCase } from "./decide-case.tsx";
import { DisputedSale, useDisputedSale } from "./disputed-sale.tsx";
import styles from "./events.module.css";
import { ForOperators } from "./for-operators.tsx";
import { ReasonedAction } from "./reasoned-action.tsx";
import { Section } from "./section.tsx";

/** One case for operators: what both sides say, what is known of the sale, and the decision. */
export function DecideCaseScreen() {
  const { caseId } = getRouteApi("/operations/cases/$caseId").useParams();
  return (
    <ForOperators>
      <Link to="/operations/cases" className={styles.back}>
        ← {texts.backToList}
      </Link>
      <LiveCase key={caseId} caseId={caseId} />
    </ForOperators>
  );
}

function LiveCase({ caseId }: { caseId: string }) {
  const { query, found, take } = useCase(caseId);
  const refresh = () => void query.refetch();
  if (query.isPending) return <SkeletonList count={2} />;
  if (!found) return <ErrorState page error={query.error} onRetry={refresh} />;
  return (
    <>
      <PageHeader title={caseKindNames[found.kind]} lead={<bdi>{found.title}</bdi>} />
      <div className={styles.pair}>
        <div className={styles.actions}>
          <Card className={styles.card}>
            <div>
              <CaseStatusPill status={found.status} />
            </div>
            {found.price && <Money amount={found.price} className={styles.role} />}
            <Decision found={found} />
            <Link to="/operations/log" search={{ about: found.id, by: undefined }}>
              {texts.log}
            </Link>
          </Card>
          <Evidence evidence={found.evidence} />
          {isUndecided(found) && <Undecided found={found} onDecided={take} onFailed={refresh} />}
        </div>
        <div>
          <DisputedSale found={found} />
        </div>
      </div>
    </>
  );
}

/** What was decided or proposed so far. */
function Decision({ found: { decision, status, price } }: { found: Case }) {
  if (!decision) return null;
  const { reason, operatorId, agreedBy } = decision;
  const name = decisionName(decision, price);
  const isProposal = status === CaseStatus.PROPOSED;
  return (
    <Notice
      tone={isProposal ? "warn" : "good"}
      title={isProposal ? texts.proposal(name) : texts.decidedTitle(name)}
    >
      <p>
        <bdi>{reason}</bdi>
      </p>
      <p>{operatorId ? texts.proposedBy(operatorId) : texts.byNobody}</p>
      {agreedBy && <p>{texts.agreedBy(agreedBy)}</p>}
      {status === CaseStatus.DECIDED && <p>{texts.underWay}</p>}
      {status === CaseStatus.CLOSED && <p>{texts.done}</p>}
    </Notice>
  );
}

/** What an operator can do about a case that is not decided. */
function Undecided(props: { found: Case; onDecided: (now: Case | undefined) => void; onFailed: () => void }) {
  const { found, onDecided, onFailed } = props;
  const userId = useSession().user?.id ?? "";
  const isReopened = found.timeline.some(({ transition }) => transition.case === "caseReopened");
  if ([found.buyerId, found.sellerId].includes(userId)) {
    return (
      <Notice tone="warn" title={texts.ownTitle}>
        <p>{texts.ownText}</p>
      </Notice>
    );
  }
  // What the bank decided and could not be done an operator decides.
  if (found.kind === CaseKind.CHARGEBACK && !isReopened) {
    return (
      <Notice tone="warn" title={texts.bankTitle}>
        <p>{texts.bankText}</p>
        <BankAnswerText answer={found.bankAnswer} />
        {canSubmitNow(found.bankAnswer) && (
          <>
            {found.status === CaseStatus.PROPOSED && <Agree {...props} userId={userId} />}
            <div className={styles.buttons}>
              <SubmitNow {...props} />
              <AcceptLoss {...props} />
            </div>
          </>
        )}
      </Notice>
    );
  }
  return (
    <>
      {found.status === CaseStatus.PROPOSED && <Agree {...props} userId={userId} />}
      <Section title={found.status === CaseStatus.PROPOSED ? texts.propose : texts.decide}>
        {isReopened && found.status === CaseStatus.OPEN && <p>{texts.reopened}</p>}
        {canSubmitNow(found.bankAnswer) && (
          <>
            <BankAnswerText answer={found.bankAnswer} />
            <SubmitNow {...props} />
          </>
        )}
        <DecideCase
          caseId={found.id}
          currency={found.price?.currency ?? ""}
          onDecided={onDecided}
          onFailed={onFailed}
        />
      </Section>
    </>
  );
}

/** Has the bank told at once what both sides have said so far. */
function SubmitNow({ found, onDecided, onFailed }: Parameters<typeof Undecided>[0]) {
  return (
    <ConfirmedAction
      method={CaseService.method.submitEvidence}
      input={{ caseId: found.id }}
      label={texts.submitNow}
      look="secondary"
      wide={false}
      title={texts.submitTitle}
      confirm={texts.submitNow}
      keep={texts.notYet}
      onRefused={onFailed}
      onDone={(answer) => {
        toast(texts.submitted);
        onDecided(answer.case);
      }}
    >
      <p>{texts.submitText}</p>
    </ConfirmedAction>
  );
}

/** Accepts the loss of the dispute, where cases would. Of a high amount that is only proposed. */
function AcceptLoss({ found, onDecided, onFailed }: Parameters<typeof Undecided>[0]) {
  const { data } = useDisputedSale(found);
  if (!data?.payment || !isLossOfPrice(data.payment, found)) return null;
  return (
    <ReasonedAction
      method={CaseService.method.decideCase}
      input={(reason) => ({ caseId: found.id, ruling: CaseRuling.REFUND, reason })}
      label={texts.acceptLoss}
      look="danger"
      title={texts.acceptLossTitle}
      keep={texts.notYet}
      onRefused={onFailed}
      onDone={({ case: now }) => {
        toast(now?.status === CaseStatus.PROPOSED ? texts.proposed : texts.decided);
        onDecided(now);
      }}
    >
      <p>{texts.acceptLossText}</p>
      <p>{texts.limit}</p>
    </ReasonedAction>
  );
}

/** Whether the buyer gets just the price by the dispute of a case, which is no inquiry. */
function isLossOfPrice({ amount: paid, amountRefunded, disputes }: Payment, { subject }: Case): boolean {
  const [disputeId] = subject.split(":");
  const dispute = disputes.find((each) => each.providerDisputeId === disputeId);
  if (!paid || dispute?.status !== DisputeStatus.NEEDS_RESPONSE) return false;
  const { amount } = dispute;
  const taken = amount?.currency === paid.currency ? amount.minorUnits : paid.minorUnits;
  return amountRefunded + taken === paid.minorUnits;
}

function Agree(props: Parameters<typeof Undecided>[0] & { userId: string }) {
  const { found, userId, onDecided, onFailed } = props;
  if (found.decision?.operatorId === userId) return <p>{texts.waitsForOther}</p>;
  return (
    <div>
      {/* What has changed is to be read again before it is agreed to: the dialog closes. */}
      <ConfirmedAction
        key={found.version.toString()}
        method={CaseService.method.agreeToDecision}
        input={{ caseId: found.id, version: found.version }}
        label={texts.agree}
        look="primary"
        wide={false}
        title={texts.agreeTitle}
        confirm={texts.agree}
        keep={texts.notYet}
        onRefused={onFailed}
        onDone={(answer) => {
          toast(texts.decided);
          onDecided(answer.case);
        }}
      >
        {found.decision && (
          <>
            <p>{texts.proposal(decisionName(found.decision, found.price))}</p>
            <p>
              <bdi>{found.decision.reason}</bdi>
            </p>
          </>
        )}
      </ConfirmedAction>
    </div>
  );
}
