import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import type { Earning, FrozenEarning, UnfreezeProposal } from "@ticketing/proto/payouts/v1/earning";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { paged } from "../api/paged.ts";
import { toast } from "../design/announcer.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { DateTime } from "../design/date-time.tsx";
import { Money } from "../design/money.tsx";
import { Row } from "../design/row.tsx";
import { Notice } from "../design/states.tsx";
import { useSession } from "../session/session-store.ts";
import { decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";
import { PagedRows } from "./paged-rows.tsx";
import { ReasonedForm } from "./reasoned-form.tsx";
import { refresh } from "./refresh.ts";
import { Section } from "./section.tsx";

const ofOrder = { path: "orderId", label: texts.orderId };

/** Freezes and frees what sales earned, and shows what is frozen by hand. */
export function FrozenEarnings() {
  const query = useInfiniteQuery(
    PayoutService.method.listFrozenEarnings,
    { pageSize: 20, pageToken: "" },
    { ...paged, ...refresh },
  );
  const done = (text: string) => {
    toast(text);
    void query.refetch();
  };
  return (
    <>
      <Section title={texts.freeze}>
        <ReasonedForm
          method={PayoutService.method.freezeEarning}
          input={({ id, reason }) => ({ orderId: id, reason })}
          asked={ofOrder}
          label={texts.freeze}
          text={texts.freezeText}
          look="danger"
          onDone={() => done(texts.frozen)}
        />
      </Section>
      <Section title={texts.unfreeze}>
        <ReasonedForm
          method={PayoutService.method.unfreezeEarning}
          input={({ id, reason }) => ({ orderId: id, reason })}
          asked={ofOrder}
          label={texts.unfreeze}
          text={texts.unfreezeText}
          look="secondary"
          onDone={({ proposed }) => done(proposed ? texts.unfreezeProposed : texts.unfrozen)}
        />
      </Section>
      <Section title={texts.frozenTitle}>
        <PagedRows
          query={query}
          itemsOf={(page) => page.earnings}
          empty={texts.noneFrozen}
          row={(found) => (
            <OneFrozen key={found.earning?.id} found={found} onFreed={() => done(texts.unfrozen)} />
          )}
        />
      </Section>
    </>
  );
}

function OneFrozen({ found, onFreed }: { found: FrozenEarning; onFreed: () => void }) {
  const { earning, operatorId, reason, freezeTime, proposal } = found;
  if (!earning) return null;
  const { title, id, net, price } = earning;
  return (
    <Row
      level={3}
      heading={<bdi>{title}</bdi>}
      end={price && <Money amount={{ minorUnits: net, currency: price.currency }} />}
    >
      {reason && (
        <p>
          <bdi>{reason}</bdi>
        </p>
      )}
      <p className={styles.soft}>{texts.order(id)}</p>
      <p className={styles.soft}>{texts.operator(operatorId)}</p>
      {freezeTime && <DateTime date={timestampDate(freezeTime)} className={styles.soft} />}
      {proposal && <Proposal earning={earning} proposal={proposal} onFreed={onFreed} />}
    </Row>
  );
}

/** Who wants it to be free, and by which somebody else agrees. */
function Proposal(props: { earning: Earning; proposal: UnfreezeProposal; onFreed: () => void }) {
  const { earning, proposal, onFreed } = props;
  const userId = useSession().user?.id;
  return (
    <Notice tone="warn" title={texts.proposalTitle}>
      <p>
        <bdi>{proposal.reason}</bdi>
      </p>
      <p>{texts.operator(proposal.operatorId)}</p>
      {proposal.operatorId === userId && <p>{texts.waitsForOther}</p>}
      {earning.sellerId === userId && <p>{texts.ownEarning}</p>}
      {proposal.operatorId !== userId && earning.sellerId !== userId && (
        // What has changed is to be read again before it is agreed to: the dialog closes.
        <ConfirmedAction
          key={earning.version.toString()}
          method={PayoutService.method.agreeToUnfreeze}
          input={{ orderId: earning.id, version: earning.version }}
          label={texts.agree}
          look="primary"
          wide={false}
          title={texts.agreeTitle}
          confirm={texts.agree}
          keep={texts.notYet}
          onDone={onFreed}
        >
          <p>
            <bdi>{proposal.reason}</bdi>
          </p>
          <p>{texts.operator(proposal.operatorId)}</p>
          <p>{texts.agreeText}</p>
        </ConfirmedAction>
      )}
    </Notice>
  );
}
