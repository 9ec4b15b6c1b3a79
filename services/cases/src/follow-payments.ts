import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { CaseKind, CaseRuling } from "@ticketing/proto/cases/v1/case";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import {
  type Dispute,
  DisputeStatus,
  type ManualRefund,
  RefundStatus,
} from "@ticketing/proto/payments/v1/payment";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import type { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import { type BankTerms, bankAnswer, noteTerms } from "./bank-answer.ts";
import {
  type Case,
  caseIdOf,
  isReopenedBy,
  noteFact,
  openCase,
  type ProviderFact,
  settleByFact,
} from "./case.ts";
import type { CaseStore } from "./case-aggregate.ts";
import { readOrder, saleOf } from "./complaint.ts";

interface FollowDependencies {
  cases: Pick<CaseStore, "find" | "get" | "insert" | "update">;
  orders: Pick<Client<typeof OrderLifecycleService>, "readOrder">;
  payouts: Pick<Client<typeof PayoutLifecycleService>, "holdForCase">;
  clock: Clock;
}

/** Lets cases follow the stream PAYMENTS: what banks dispute, and what people gave back at the payment provider. */
export function followPayments(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({
    stream: "PAYMENTS",
    durable: "cases",
    filter: "evt.payments.>",
    handle: onPaymentEvent(deps),
  });
}

/** What is known at the payment provider that a case is about. */
interface Fact {
  kind: CaseKind.CHARGEBACK | CaseKind.PROVIDER_REFUND;
  /** The provider's id of it. */
  subject: string;
  /** How the case ends without an operator; undefined while nothing is decided. */
  end: { ruling: CaseRuling; reason: string } | undefined;
  /** Whether it needs a case of an order that is refunded. */
  isNewsOfRefunded: boolean;
  /** Of a dispute: what the bank takes of evidence. */
  terms?: Omit<BankTerms, "version">;
}

const { REFUND, REJECT } = CaseRuling;

/** How a dispute ends its case; undefined while it is open. */
const ends: Readonly<Partial<Record<DisputeStatus, Fact["end"]>>> = {
  [DisputeStatus.WON]: { ruling: REJECT, reason: "The bank decided the dispute for the seller." },
  [DisputeStatus.WARNING_CLOSED]: { ruling: REJECT, reason: "The bank closed its inquiry." },
  [DisputeStatus.LOST]: { ruling: REFUND, reason: "The bank decided the dispute for the buyer." },
  [DisputeStatus.PREVENTED]: { ruling: REFUND, reason: "The bank gave the buyer the money back." },
};

/** Where a dispute is while the bank takes evidence. */
const TAKING: readonly DisputeStatus[] = [DisputeStatus.NEEDS_RESPONSE, DisputeStatus.WARNING_NEEDS_RESPONSE];
/** Where a dispute is while it is only an inquiry. */
const INQUIRY: readonly DisputeStatus[] = [
  ...[DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.WARNING_UNDER_REVIEW],
];

const disputeFact = (dispute: Dispute): Fact => {
  const { providerDisputeId: subject, status, evidenceDueTime, evidenceSubmitted: submitted } = dispute;
  const dueTime = evidenceDueTime && timestampDate(evidenceDueTime);
  const awaited = TAKING.includes(status) && dueTime !== undefined;
  const terms = { awaited, inquiry: INQUIRY.includes(status), submitted, dueTime };
  return { kind: CaseKind.CHARGEBACK, subject, end: ends[status], isNewsOfRefunded: true, terms };
};

const refundFact = ({ providerRefundId: subject, status }: ManualRefund): Fact => ({
  ...{ kind: CaseKind.PROVIDER_REFUND, subject, isNewsOfRefunded: false },
  end:
    status === RefundStatus.FAILED
      ? { ruling: REJECT, reason: "The refund at the payment provider failed." }
      : undefined,
});

/**
 * Whatever happened to a payment, each dispute and each refund by hand that the event's state names has its case, which
 * ends as the dispute did. The same heard again, or in another order, changes nothing. A dispute that is taken up again
 * after that, or ends otherwise, has a further case each time: what was decided before stays decided.
 */
export const onPaymentEvent =
  (deps: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { state } = decodeEvent(PaymentEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    for (const fact of [...state.disputes.map(disputeFact), ...state.manualRefunds.map(refundFact)]) {
      await follow(deps, state.id, fact, Number(state.version));
    }
  };

async function follow(deps: FollowDependencies, orderId: string, fact: Fact, version: number): Promise<void> {
  const { cases, payouts, clock } = deps;
  const said = { version, ruling: fact.end?.ruling ?? CaseRuling.UNSPECIFIED };
  const { newest, next } = await newestCase(cases, orderId, fact);
  const isAnother = newest === undefined || (isReopenedBy(newest, said) && fact.kind === CaseKind.CHARGEBACK);
  const found = isAnother ? await open(deps, orderId, { ...fact, subject: next }, said) : newest;
  if (!found) return;
  if (found.undecided) await payouts.holdForCase({ orderId, caseId: found._id });
  const { end, terms } = fact;
  const take = (known: Case) => {
    const current = terms ? noteTerms(known, { ...terms, version }, clock()) : known;
    const settled = end ? settleByFact(current, { ...end, fact: said }, clock()) : current;
    return settled === current ? noteFact(current, said, clock()) : settled;
  };
  await cases.update(found._id, take, found);
}

/** The newest case about this, undefined before the first; and the subject of the one that would come next. */
async function newestCase(
  cases: FollowDependencies["cases"],
  orderId: string,
  { kind, subject }: Fact,
): Promise<{ newest: Case | undefined; next: string }> {
  let newest: Case | undefined;
  for (let n = 1; ; n++) {
    const next = n === 1 ? subject : `${subject}:${n}`;
    const found = await cases.find(caseIdOf(orderId, kind, next));
    if (!found) return { newest, next };
    newest = found;
  }
}

/** Opens the case; undefined where there is nothing to decide. */
async function open(
  deps: FollowDependencies,
  orderId: string,
  fact: Fact,
  said: ProviderFact,
): Promise<Case | undefined> {
  const { cases, clock } = deps;
  const order = await readOrder(deps, orderId);
  if (!isSold(order, fact)) return undefined;
  const { kind, subject, terms } = fact;
  const bank = terms && bankAnswer({ ...terms, version: said.version }, clock());
  const opened = openCase(saleOf(order), { kind, subject, fact: said, bank }, clock());
  return (await cases.insert(opened)) === "inserted" ? opened : cases.get(opened._id);
}

/** Whether there is a sale to decide about. Throws while there may be one soon: the event is delivered again. */
function isSold({ status }: Order, { end, kind, isNewsOfRefunded }: Fact): boolean {
  if (status === OrderStatus.AWAITING_PAYMENT) throw new Error("the order is not complete yet");
  // What failed took nothing from anybody.
  if (kind === CaseKind.PROVIDER_REFUND && end) return false;
  return status === OrderStatus.COMPLETE || (status === OrderStatus.REFUNDED && isNewsOfRefunded);
}
