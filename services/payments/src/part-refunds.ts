import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { amend } from "@ticketing/runtime/documents/transition";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { type Attempt, attemptAfter } from "@ticketing/runtime/stripe/attempt";
import type { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";
import type { Payment } from "./payment.ts";
import { actions } from "./payment-message.ts";
import { advance } from "./payment-transitions.ts";
import { amountRefunded, OF_PART, type Refund } from "./refunds.ts";

/** A part of the money that is given back while the sale stands, as it is asked of Stripe. */
export interface PartRefund {
  id: string;
  /** Minor units. */
  amount: number;
  attempt: Attempt;
  /** Stripe said no to the latest call, and was not asked again since. */
  isRefused?: true;
  time: Date;
}

const prefixOf = (orderId: string, partId: string): string => `${orderId}${OF_PART}${partId}:`;

/** The idempotency key of a part, which is also its operation id at Stripe: another one for each part and try. */
export const partKey = (orderId: string, { id, attempt }: PartRefund): string =>
  `${prefixOf(orderId, id)}${attempt.number}`;

/** What Stripe shows of a part: the refund that counts, or the last one that failed; undefined before any. */
export function refundOfPart({ _id, refunds = [] }: Payment, partId: string): Refund | undefined {
  const own = refunds.filter(({ operationId }) => operationId?.startsWith(prefixOf(_id, partId)));
  return own.find(({ status }) => status !== "failed") ?? own.at(-1);
}

export const findPart = ({ parts = [] }: Payment, partId: string): PartRefund | undefined =>
  parts.find(({ id }) => id === partId);

/** Whether Stripe was, or is about to be, asked for a part of which it shows nothing: it may go back yet. */
const mayGo = (payment: Payment, part: PartRefund): boolean =>
  !part.isRefused && refundOfPart(payment, part.id) === undefined;

/** What no refund, nor a part that may go back yet, has claimed of the money that was taken; in minor units. */
function unclaimedOf(payment: Payment): number {
  const open = (payment.parts ?? []).filter((part) => mayGo(payment, part));
  const claimed = open.reduce((sum, { amount }) => sum + amount, amountRefunded(payment.refunds));
  return payment.amount.minorUnits - claimed;
}

/**
 * A part is about to be asked of Stripe: from now on it counts against the charge. One that was begun before keeps its amount.
 * Throws NOT_CAPTURED, or PART_TOO_LARGE with left where as much as that is claimed already or nothing would be left.
 */
export function beginPart(
  payment: Payment,
  { id, amount }: Pick<PartRefund, "id" | "amount">,
  now: Date,
): Payment {
  const { parts = [] } = payment;
  const known = findPart(payment, id);
  if (known && mayGo(payment, known)) return payment;
  if (payment.status !== PaymentStatus.CAPTURED)
    throw new DomainError("NOT_CAPTURED", "the money is not there");
  const left = unclaimedOf(payment);
  if ((known?.amount ?? amount) >= left) {
    throw new DomainError("PART_TOO_LARGE", "a part is less than what is left", { left: String(left) });
  }
  const { isRefused: _, ...begun } = known ?? { id, amount, attempt: { number: 1 }, time: now };
  return amend(payment, { parts: [...parts.filter((part) => part !== known), begun] }, now);
}

/**
 * Takes note that Stripe did not give a part back, after a look that has shown nothing of it; {@link attemptAfter} says which
 * key the next try has. A definite refusal is published.
 */
export function afterPartFailure(
  payment: Payment,
  failed: { id: string; key: string; failure: Pick<StripeFailure, "kind" | "code"> },
  now: Date,
  graceMs: number,
): Payment {
  const { id, key, failure } = failed;
  const part = findPart(payment, id);
  // Somebody else's try with this key was noted meanwhile.
  if (!part || partKey(payment._id, part) !== key) return payment;
  const attempt = attemptAfter(part.attempt, failure.kind, now, graceMs);
  if (attempt === part.attempt) return payment;
  const isRefused = failure.kind === "refused";
  const after = { ...part, attempt, ...(isRefused && { isRefused }) };
  const parts = (payment.parts ?? []).map((each) => (each === part ? after : each));
  if (!isRefused) return amend(payment, { parts }, now);
  const value = { action: actions.refund, stripeCode: failure.code };
  return advance(payment, { case: "paymentActionRefused", value }, now, { parts });
}
