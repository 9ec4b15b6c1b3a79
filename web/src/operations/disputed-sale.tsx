import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import type { Case } from "@ticketing/proto/cases/v1/case";
import { CaseService, type GetDisputedSaleResponse } from "@ticketing/proto/cases/v1/case_service";
import type { Delivery } from "@ticketing/proto/deliveries/v1/delivery";
import { type Dispute, DisputeStatus, type Payment } from "@ticketing/proto/payments/v1/payment";
import type { Earning } from "@ticketing/proto/payouts/v1/earning";
import type { ReactNode } from "react";
import { stepText } from "../delivery/texts.ts";
import { DateTime } from "../design/date-time.tsx";
import { Money } from "../design/money.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { formatDateTime } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";
import { orderStatusNames } from "../orders/texts.ts";
import { earningStatusNames } from "../payouts/texts.ts";
import { deliveryStatusNames, disputeStatusNames, caseTexts as texts } from "./case-texts.ts";
import styles from "./events.module.css";
import { refresh } from "./refresh.ts";
import { Section } from "./section.tsx";

/** Asks what is known of the sale that a case is about, as it is now. */
export const useDisputedSale = ({ id: caseId }: Case) =>
  useQuery(CaseService.method.getDisputedSale, { caseId }, refresh);

/** What is known of the sale that a case is about, as it is now. */
export function DisputedSale({ found }: { found: Case }) {
  const query = useDisputedSale(found);
  return (
    <Section title={texts.sale}>
      {query.isPending && <SkeletonList count={1} />}
      {!query.data && query.isError && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && <Facts sale={query.data} />}
      <dl className={styles.facts}>
        <Fact name={texts.orderId}>{found.orderId}</Fact>
        <Fact name={texts.buyer}>{found.buyerId}</Fact>
        <Fact name={texts.seller}>{found.sellerId}</Fact>
        {found.subject && <Fact name={texts.subject}>{found.subject}</Fact>}
      </dl>
    </Section>
  );
}

function Facts({ sale: { order, payment, delivery, earning } }: { sale: GetDisputedSaleResponse }) {
  return (
    <dl className={styles.facts}>
      {order && <Fact name={texts.orderStatus}>{orderStatusNames[order.status]}</Fact>}
      {payment && <PaymentFacts payment={payment} />}
      <TimeFact name={texts.sold} time={order?.createTime} />
      {delivery ? (
        <DeliveryFacts delivery={delivery} />
      ) : (
        <Fact name={texts.delivery}>{texts.noDelivery}</Fact>
      )}
      <EarningFacts earning={earning} />
    </dl>
  );
}

function PaymentFacts({ payment: { amount, amountRefunded, disputes } }: { payment: Payment }) {
  if (!amount) return null;
  const { currency } = amount;
  return (
    <>
      <Fact name={texts.paid}>
        <Money amount={amount} />
      </Fact>
      <Fact name={texts.refunded}>
        <Money amount={{ minorUnits: amountRefunded, currency }} />
      </Fact>
      {disputes.map((dispute) => (
        <Fact key={dispute.providerDisputeId} name={texts.dispute}>
          {disputeText(dispute)}
        </Fact>
      ))}
    </>
  );
}

/** What a bank disputes, why, how far that is, and until when it takes evidence. */
function disputeText({
  amount,
  providerReason,
  status,
  evidenceDueTime,
  evidenceSubmitted,
}: Dispute): string {
  const due = evidenceDueTime && texts.evidenceDue(formatDateTime(timestampDate(evidenceDueTime)));
  return [
    ...(amount ? [formatMoney(amount)] : []),
    ...(providerReason ? [providerReason] : []),
    disputeStatusNames[status] ?? disputeStatusNames[DisputeStatus.UNSPECIFIED],
    ...(evidenceSubmitted ? [texts.evidenceSubmitted] : due ? [due] : []),
  ].join(", ");
}

function DeliveryFacts({ delivery }: { delivery: Delivery }) {
  const { status, deliverBy, deliveredTime, openings, openingCount, timeline } = delivery;
  const last = openings.at(-1);
  return (
    <>
      <Fact name={texts.delivery}>{deliveryStatusNames[status]}</Fact>
      <TimeFact name={texts.deliverBy} time={deliverBy} />
      <TimeFact name={texts.deliveredOn} time={deliveredTime} />
      <Fact name={texts.opened}>
        {last ? texts.times(openingCount.toString(), formatDateTime(timestampDate(last))) : texts.never}
      </Fact>
      <Fact name={texts.steps}>
        <ol className={styles.steps}>
          {timeline.map((step) => (
            <li key={step.version.toString()}>
              {stepText(step)} {step.time && <DateTime date={timestampDate(step.time)} />}
            </li>
          ))}
        </ol>
      </Fact>
    </>
  );
}

function EarningFacts({ earning }: { earning: Earning | undefined }) {
  if (!earning?.price) return <Fact name={texts.earning}>{texts.noEarning}</Fact>;
  const net = formatMoney({ minorUnits: earning.net, currency: earning.price.currency });
  return (
    <>
      <Fact name={texts.earning}>{`${net}, ${earningStatusNames[earning.status]}`}</Fact>
      <TimeFact name={texts.release} time={earning.releaseTime} />
    </>
  );
}

function TimeFact({ name, time }: { name: string; time: Timestamp | undefined }) {
  if (!time) return null;
  return (
    <Fact name={name}>
      <DateTime date={timestampDate(time)} />
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
