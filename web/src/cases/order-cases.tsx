import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import { type Case, CaseKind } from "@ticketing/proto/cases/v1/case";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { useEffect, useEffectEvent, useState } from "react";
import { Button } from "../design/button.tsx";
import { Notice } from "../design/states.tsx";
import { formatDateTime } from "../format/format-date.ts";
import styles from "./cases.module.css";
import { ComplaintForm } from "./complaint-form.tsx";
import { caseKindNames, type Party, rulingText, caseTexts as texts } from "./texts.ts";
import { isUndecided, useOrderCases } from "./use-cases.ts";

/**
 * The part of an order's page that is about what goes wrong: the cases of the order, and what its buyer can complain about.
 * `onChanged`: a case has changed, and may have changed the order. That it cannot be read hides it: it is read again.
 */
export function OrderCases(props: { order: Order; side: Party; onChanged: () => void }) {
  const { order, side } = props;
  const [writing, setWriting] = useState(false);
  const { data, refetch } = useOrderCases(order.id, order.status === OrderStatus.COMPLETE);
  const versions = data?.cases.map(({ version }) => version).join();
  const changed = useEffectEvent(() => props.onChanged());
  useEffect(() => {
    if (versions) changed();
  }, [versions]);
  if (!data || (data.cases.length === 0 && !data.complainUntil)) return null;
  const { cases, complaintKinds: kinds } = data;
  const until = data.complainUntil && formatDateTime(timestampDate(data.complainUntil));
  return (
    <section className={styles.part} aria-labelledby="cases">
      <h2 id="cases">{cases.length > 0 ? texts.titleOfCases : texts.title}</h2>
      {cases.map((each) => (
        <CaseNotice key={each.id} found={each} side={side} />
      ))}
      {until && kinds.length === 0 && cases.length === 0 && (
        <p className={styles.soft}>{texts.later(until)}</p>
      )}
      {until && kinds.length > 0 && !writing && (
        <>
          <p className={styles.soft}>{texts.until(until)}</p>
          <Button look="secondary" wide onClick={() => setWriting(true)}>
            {cases.length > 0 ? texts.somethingElse : texts.somethingIsWrong}
          </Button>
        </>
      )}
      {kinds.length > 0 && writing && (
        <ComplaintForm
          orderId={order.id}
          kinds={kinds}
          onSent={() => {
            setWriting(false);
            void refetch();
          }}
          onLeave={() => setWriting(false)}
        />
      )}
    </section>
  );
}

function CaseNotice({ found, side }: { found: Case; side: Party }) {
  const { kind, decision, price } = found;
  const waits = kind === CaseKind.CHARGEBACK ? texts.bankText : texts.openText;
  return (
    <Notice tone={isUndecided(found) ? "warn" : "good"} title={caseKindNames[kind]}>
      <p>{decision && !isUndecided(found) ? rulingText(side, decision, price) : waits[side]}</p>
      <p>
        <Link to="/cases/$caseId" params={{ caseId: found.id }}>
          {texts.toCase}
        </Link>
      </p>
    </Notice>
  );
}
