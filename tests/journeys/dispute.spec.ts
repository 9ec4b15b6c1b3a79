import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Case, CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { enter, type Person } from "../support/clients.ts";
import { onboard, passEvent, transfersOf, untilEarning } from "../support/payouts.ts";
import { refusal, watchUntil } from "../support/people.ts";
import {
  deliverWithRetries,
  lockWithRetries,
  newListing,
  payWithRetries,
  retry,
  waitForEnd,
} from "../support/stories.ts";
import { control } from "../support/stripe-control.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

let mesh: TestMesh;
let seller: Person;
let buyer: Person;
let operator: Person;

beforeAll(async () => {
  mesh = await startTestMesh({ OPERATOR_EMAILS: "op@example.com" });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  const email = "op@example.com";
  operator = await enter(mesh.addresses.gateway, { email, password: "pass-of-op", displayName: "op" });
  await onboard(seller);
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

/** A ticket that was sold and delivered, and its PaymentIntent. */
async function sold(): Promise<{ order: Order; intent: string }> {
  const ticket = await retry(async () => (await seller.tickets.createTicket(newListing())).ticket);
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  await deliverWithRetries(seller, order, { case: "transferNote", value: "It is in the Arena app" });
  await untilEarning(seller, order.id, EarningStatus.HELD);
  const { payment } = await buyer.payments.getPayment({ orderId: order.id });
  return { order, intent: payment?.providerPaymentId ?? "" };
}

const untilCase = (orderId: string, kind: CaseKind, status: CaseStatus): Promise<Case> =>
  retry(async () => {
    const { cases } = await seller.cases.listCases({ pageSize: 100 });
    return cases.find((each) => each.orderId === orderId && each.kind === kind && each.status === status);
  });
const dispute = (intent: string) => control(mesh, "POST", "disputes", { payment_intent: intent });
const decide = (intent: string, status: "won" | "lost") =>
  control(mesh, "POST", "disputes/close", { payment_intent: intent, status });
const isFrozen = ({ holdReason }: { holdReason: EarningHoldReason }) => holdReason === EarningHoldReason.CASE;
/** Gives money back as a person does on Stripe's own pages. */
async function refundByHand(intent: string, amount?: number): Promise<void> {
  const body = new URLSearchParams({ payment_intent: intent, ...(amount && { amount: String(amount) }) });
  const headers = { authorization: "Bearer sk_test_double" };
  const { ok, status } = await fetch(`${mesh.addresses.stripe}/v1/refunds`, {
    method: "POST",
    headers,
    body,
  });
  if (!ok) throw new Error(`the double refused the refund: ${status}`);
}
interface ShownDispute {
  payment_intent: string;
  status: string;
  evidence: Record<string, string>;
  evidence_details: { submission_count: number };
}
/** The dispute of a charge as the double holds it. */
async function disputeOf(intent: string): Promise<ShownDispute | undefined> {
  const state = await (await fetch(`${mesh.addresses.stripe}/control/state`)).json();
  const { disputes } = state as { disputes: ShownDispute[] };
  return disputes.find((each) => each.payment_intent === intent);
}
const refundsOf = async (intent: string) => {
  const state = await (await fetch(`${mesh.addresses.stripe}/control/state`)).json();
  const { refunds } = state as { refunds: { payment_intent: string; amount: number }[] };
  return refunds.filter((refund) => refund.payment_intent === intent).map(({ amount }) => amount);
};

it("an operator accepts the loss of a dispute: the bank hears that, and nothing that was said for the sale", async () => {
  const { order, intent } = await sold();
  await dispute(intent);
  const { id: caseId } = await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.OPEN);
  await seller.cases.addEvidence({ caseId, text: "It was mine to sell" });
  const verdict = { caseId, ruling: CaseRuling.REFUND, reason: "The seller has no ticket" };
  await operator.cases.decideCase(verdict);
  const closed = await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.CLOSED);
  expect(closed.decision).toMatchObject({ ruling: CaseRuling.REFUND, reason: "The seller has no ticket" });
  expect(await disputeOf(intent)).toMatchObject({
    ...{ status: "lost", evidence: {}, evidence_details: { submission_count: 0 } },
  });
  await waitForEnd(buyer, order, OrderStatus.REFUNDED);
  await untilEarning(seller, order.id, EarningStatus.REVERSED);
  expect(await refundsOf(intent)).toEqual([]);
  const { cases } = await operator.cases.getOrderCases({ orderId: order.id });
  expect(cases.map(({ id }) => id)).toEqual([caseId]);
}, 120_000);

it("a seller is not paid while a bank decides about the charge, and is once it was told and decided for the seller", async () => {
  const { order, intent } = await sold();
  await dispute(intent);
  const { id: caseId } = await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.OPEN);
  await untilEarning(seller, order.id, EarningStatus.HELD, isFrozen);
  const verdict = { caseId, ruling: CaseRuling.REJECT, reason: "It was right" };
  expect((await refusal(operator.cases.decideCase(verdict))).reason).toBe("BANK_DECIDES");
  await passEvent(mesh, order.id);
  await untilEarning(seller, order.id, EarningStatus.RELEASED, isFrozen);

  await seller.cases.addEvidence({ caseId, text: "The turnstile was green" });
  await operator.cases.submitEvidence({ caseId });
  const more = seller.cases.addEvidence({ caseId, text: "It was very green" });
  expect((await refusal(more)).reason).toBe("EVIDENCE_CLOSED");
  const told = await retry(async () => {
    const { case: found } = await seller.cases.getCase({ caseId });
    return found?.bankAnswer?.evidenceSubmittedTime && found.bankAnswer;
  });
  expect(told).toMatchObject({ evidenceAwaited: false, operatorId: "" });
  const shown = await disputeOf(intent);
  expect(shown).toMatchObject({ status: "under_review", evidence_details: { submission_count: 1 } });
  expect(shown?.evidence.uncategorized_text).toContain("The turnstile was green");
  expect(JSON.stringify(shown?.evidence)).not.toContain("Arena app");

  await decide(intent, "won");
  const closed = await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.CLOSED);
  expect(closed.decision).toMatchObject({ ruling: CaseRuling.REJECT });
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
}, 120_000);

it("what a seller was paid is taken back once a bank decided for the buyer, who is given nothing more", async () => {
  const { order, intent } = await sold();
  await passEvent(mesh, order.id);
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
  await dispute(intent);
  await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.OPEN);
  await decide(intent, "lost");
  await untilCase(order.id, CaseKind.CHARGEBACK, CaseStatus.CLOSED);
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  await untilEarning(seller, order.id, EarningStatus.REVERSED);
  const [transfer] = await transfersOf(mesh, order.id);
  expect(transfer?.amount_reversed).toBe(transfer?.amount);
  expect(await refundsOf(intent)).toEqual([]);
  const { ticket } = await buyer.tickets.getTicket({ ticketId: order.ticketId });
  expect(ticket?.status).toBe(TicketStatus.WITHDRAWN);
}, 120_000);

it("of a sale of which somebody gave back a little an operator decides that it stands, and its seller is paid", async () => {
  const { order, intent } = await sold();
  await refundByHand(intent, 1);
  const { id: caseId } = await untilCase(order.id, CaseKind.PROVIDER_REFUND, CaseStatus.OPEN);
  await passEvent(mesh, order.id);
  await untilEarning(seller, order.id, EarningStatus.RELEASED, isFrozen);
  await operator.cases.decideCase({ caseId, ruling: CaseRuling.REJECT, reason: "It was a gift" });
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
  expect(await refundsOf(intent)).toEqual([1]);
}, 120_000);

it("of a sale whose money somebody gave back at the provider an operator decides, and takes it back", async () => {
  const { order, intent } = await sold();
  await refundByHand(intent, 1);
  const { id: caseId } = await untilCase(order.id, CaseKind.PROVIDER_REFUND, CaseStatus.OPEN);
  await untilEarning(seller, order.id, EarningStatus.HELD, isFrozen);
  await operator.cases.decideCase({ caseId, ruling: CaseRuling.REFUND, reason: "It was promised" });
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  await untilCase(order.id, CaseKind.PROVIDER_REFUND, CaseStatus.CLOSED);
  const price = Number(order.price?.minorUnits);
  expect((await refundsOf(intent)).reduce((sum, amount) => sum + amount, 0)).toBe(price);
  await untilEarning(seller, order.id, EarningStatus.REVERSED);

  const whole = await sold();
  await refundByHand(whole.intent);
  const { id } = await untilCase(whole.order.id, CaseKind.PROVIDER_REFUND, CaseStatus.OPEN);
  await operator.cases.decideCase({ caseId: id, ruling: CaseRuling.REFUND, reason: "It was promised" });
  await watchUntil(buyer, whole.order.id, OrderStatus.REFUNDED, 30_000);
  expect(await refundsOf(whole.intent)).toEqual([price]);
}, 180_000);
