import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Earning, EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { paged } from "../api/paged.ts";
import { buttonClass } from "../design/button.tsx";
import { Card, StatusPill, type Tone } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { MoreOfList, PageHeader } from "../design/page.tsx";
import { coverClass, Row, RowAction, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";
import { formatDateTime, formatDay } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";
import { SignedIn } from "../session/signed-in.tsx";
import styles from "./payouts.module.css";
import { SaveEarnings } from "./save-earnings.tsx";
import { type Sums, sumsOf } from "./sums.ts";
import { earningStatusNames, holdText, payoutTexts as texts } from "./texts.ts";

/** What a person earned with each sale: whether it was paid out, and why not yet. */
export function EarningsScreen() {
  return (
    <SignedIn>
      {() => (
        <>
          <PageHeader
            title={texts.earnings}
            lead={texts.earningsLead}
            actions={
              <div className={styles.actions}>
                <Link to="/get-paid" className={buttonClass("secondary")}>
                  {texts.getPaid}
                </Link>
                <SaveEarnings />
              </div>
            }
          />
          <Earnings />
        </>
      )}
    </SignedIn>
  );
}

function Earnings() {
  const query = useInfiniteQuery(
    PayoutService.method.listEarnings,
    { pageSize: 20, pageToken: "" },
    {
      ...paged,
      staleTime: 0,
    },
  );
  if (query.isPending) return <SkeletonList count={3} />;
  const earnings = query.data?.pages.flatMap((page) => page.earnings);
  if (!earnings) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (earnings.length === 0) {
    return (
      <EmptyState title={texts.noEarningsTitle} text={texts.noEarningsText}>
        <Link to="/sell" className={buttonClass()}>
          {texts.sell}
        </Link>
      </EmptyState>
    );
  }
  return (
    <>
      <Totals sums={sumsOf(earnings)} all={!query.hasNextPage} />
      <section aria-label={texts.earnings}>
        <Rows>
          {earnings.map((earning) => (
            <EarningRow key={earning.id} earning={earning} />
          ))}
        </Rows>
        <MoreOfList
          hasMore={query.hasNextPage}
          loading={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      </section>
    </>
  );
}

function Totals({ sums, all }: { sums: readonly Sums[]; all: boolean }) {
  return (
    <Card className={styles.totals}>
      <p>{all ? texts.totals : texts.totalsSoFar}</p>
      {sums.map(({ currency, waiting, paid, owed }) => (
        <dl key={currency}>
          <div>
            <dt>{texts.waiting}</dt>
            <dd>
              <Money amount={waiting} />
            </dd>
          </div>
          <div>
            <dt>{texts.paid}</dt>
            <dd>
              <Money amount={paid} />
            </dd>
          </div>
          {owed.minorUnits > 0n && (
            <div>
              <dt>{texts.owed}</dt>
              <dd>
                <Money amount={owed} />
              </dd>
            </div>
          )}
        </dl>
      ))}
    </Card>
  );
}

const tones: Readonly<Record<EarningStatus, Tone>> = {
  [EarningStatus.UNSPECIFIED]: "neutral",
  [EarningStatus.HELD]: "neutral",
  [EarningStatus.RELEASED]: "accent",
  [EarningStatus.TRANSFERRED]: "good",
  [EarningStatus.REVERSED]: "neutral",
  [EarningStatus.OWED]: "warn",
};

function EarningRow({ earning }: { earning: Earning }) {
  const { price, fee, net, status, amountRefunded } = earning;
  if (!price) return null;
  const { currency } = price;
  const money = (minorUnits: bigint) => formatMoney({ minorUnits, currency });
  return (
    <Row
      heading={
        <Link to="/orders/$orderId" params={{ orderId: earning.id }} className={coverClass}>
          <bdi>{earning.title}</bdi>
        </Link>
      }
      end={
        <>
          <StatusPill tone={tones[status]}>{earningStatusNames[status]}</StatusPill>
          <Money amount={{ minorUnits: net, currency }} className={styles.amount} />
        </>
      }
    >
      <p className={styles.soft}>
        {amountRefunded > 0n
          ? texts.ofLeft(money(price.minorUnits), money(amountRefunded), money(fee))
          : texts.of(money(price.minorUnits), money(fee))}
      </p>
      <p>{standingText(earning, money)}</p>
      {earning.holdReason === EarningHoldReason.CASE && (
        <RowAction>
          <Link to="/orders/$orderId" params={{ orderId: earning.id }}>
            {texts.toCase}
          </Link>
        </RowAction>
      )}
      {earning.holdReason === EarningHoldReason.ACCOUNT && (
        <RowAction>
          <Link to="/get-paid">{texts.start}</Link>
        </RowAction>
      )}
    </Row>
  );
}

/** Where the money is, and why. */
function standingText(earning: Earning, money: (minorUnits: bigint) => string): string {
  const { status, holdReason, releaseTime, transferTime, owed, kept } = earning;
  switch (status) {
    case EarningStatus.TRANSFERRED:
      if (kept === earning.net) return texts.keptAll;
      return [
        texts.paidOn(transferTime ? formatDay(timestampDate(transferTime)) : ""),
        ...(kept > 0n ? [texts.keptPart(money(kept))] : []),
      ].join(" ");
    case EarningStatus.REVERSED:
      return texts.reversed;
    case EarningStatus.OWED:
      return texts.owes(money(owed));
    default:
      return holdText(holdReason, releaseTime ? formatDateTime(timestampDate(releaseTime)) : "");
  }
}
