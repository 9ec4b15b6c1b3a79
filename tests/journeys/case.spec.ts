import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { EarningHoldReason, EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { MoneySchema } from "@ticketing/proto/type/v1/money";
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
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";

const NOTE = { case: "transferNote" as const, value: "It is in the Arena app" };
let mesh: TestMesh;
let seller: Person;
let buyer: Person;
let operators: [Person, Person];

beforeAll(async () => {
  mesh = await startTestMesh({
    OPERATOR_EMAILS: "first@example.com,second@example.com",
    DELIVERY_LEAST_TIME: "1s",
    OVERDUE_EVERY: "200ms",
    // Every sale of this journey is below it, but for one.
    CASE_SECOND_PERSON_LIMIT: "USD:900000",
  });
  [seller, buyer] = (await Promise.all(["seller", "buyer"].map(mesh.person))) as [Person, Person];
  operators = (await Promise.all(
    ["first", "second"].map((name) => {
      const email = `${name}@example.com`;
      return enter(mesh.addresses.gateway, { email, password: `pass-of-${name}`, displayName: name });
    }),
  )) as [Person, Person];
  await onboard(seller);
}, 120_000);
afterAll(() => mesh?.close(), 60_000);

async function delivered(listing = newListing()) {
  const ticket = await retry(async () => (await seller.tickets.createTicket(listing)).ticket);
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  await deliverWithRetries(seller, order, NOTE);
  await retry(() => buyer.deliveries.openTicket({ orderId: order.id }));
  await untilEarning(seller, order.id, EarningStatus.HELD);
  return { ticket, order };
}

const complain = async (orderId: string, text: string) => {
  const { case: opened } = await buyer.cases.openCase({ orderId, kind: CaseKind.INVALID, text });
  if (!opened) throw new Error("there is no case");
  return opened;
};
const untilClosed = (caseId: string) =>
  retry(async () => {
    const { case: found } = await buyer.cases.getCase({ caseId });
    return found?.status === CaseStatus.CLOSED ? found : undefined;
  });
const isFrozen = ({ holdReason }: { holdReason: EarningHoldReason }) => holdReason === EarningHoldReason.CASE;
/** The time of an earning has come, and was looked at in vain. */
async function untilKept(orderId: string): Promise<void> {
  await passEvent(mesh, orderId);
  await untilEarning(seller, orderId, EarningStatus.RELEASED, isFrozen);
}

it("a buyer whose ticket does not admit gets the money back, and its seller nothing, whatever the time", async () => {
  const { ticket, order } = await delivered();
  const { id: caseId } = await complain(order.id, "The turnstile was red");
  await untilEarning(seller, order.id, EarningStatus.HELD, isFrozen);
  await seller.cases.addEvidence({ caseId, text: "It was mine to sell" });
  await untilKept(order.id);

  const [operator] = operators;
  const { cases } = await operator.cases.listCases({ undecided: true });
  expect(cases.find(({ id }) => id === caseId)?.evidence).toHaveLength(2);
  await operator.cases.decideCase({ caseId, ruling: CaseRuling.REFUND, reason: "It was used before" });
  const refunded = await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  expect(refunded.price).toEqual(order.price);
  const closed = await untilClosed(caseId);
  expect(closed.decision).toMatchObject({ ruling: CaseRuling.REFUND, operatorId: "" });

  await retry(async () => {
    const { payment } = await buyer.payments.getPayment({ orderId: order.id });
    return payment?.status === PaymentStatus.REFUNDED || undefined;
  });
  await untilEarning(seller, order.id, EarningStatus.REVERSED);
  expect(await transfersOf(mesh, order.id)).toEqual([]);
  const { ticket: now } = await buyer.tickets.getTicket({ ticketId: ticket.id });
  expect(now?.status).toBe(TicketStatus.WITHDRAWN);
}, 120_000);

it("a seller whose ticket was right is paid once the complaint is rejected, and not before", async () => {
  const { order } = await delivered();
  const { id: caseId } = await complain(order.id, "I did not like it");
  await untilKept(order.id);
  expect(await transfersOf(mesh, order.id)).toEqual([]);

  const [operator] = operators;
  await operator.cases.decideCase({ caseId, ruling: CaseRuling.REJECT, reason: "It admitted" });
  await untilClosed(caseId);
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
  expect(await transfersOf(mesh, order.id)).toHaveLength(1);
  expect((await complain(order.id, "Still not")).status).toBe(CaseStatus.CLOSED);
  const text = "Listen";
  expect((await refusal(buyer.cases.addEvidence({ caseId, text }))).reason).toBe("CASE_DECIDED");
}, 120_000);

it("a buyer who got another seat gets a part of the price back, and its seller the rest of it", async () => {
  const { ticket, order } = await delivered();
  const { id: caseId } = await complain(order.id, "The seat was another");
  await untilKept(order.id);
  const price = order.price?.minorUnits ?? 0n;
  const before = await untilEarning(seller, order.id, EarningStatus.RELEASED);
  const part = price / 4n;

  const [operator] = operators;
  const verdict = { caseId, ruling: CaseRuling.PART_REFUND, reason: "It was a worse seat" };
  const all = await refusal(operator.cases.decideCase({ ...verdict, refundAmount: price }));
  expect(all.reason).toBe("PART_TOO_LARGE");
  await operator.cases.decideCase({ ...verdict, refundAmount: part });
  const closed = await untilClosed(caseId);
  expect(closed.decision).toMatchObject({ ruling: CaseRuling.PART_REFUND, refundAmount: part });

  for (const person of [buyer, seller]) {
    const { order: now } = await person.orders.getOrder({ orderId: order.id });
    expect(now).toMatchObject({ status: OrderStatus.COMPLETE, amountRefunded: part });
  }
  const { payment } = await buyer.payments.getPayment({ orderId: order.id });
  expect(payment).toMatchObject({ status: PaymentStatus.CAPTURED, amountRefunded: part });
  const { ticket: sold } = await buyer.tickets.getTicket({ ticketId: ticket.id });
  expect(sold?.status).toBe(TicketStatus.SOLD);

  const after = await retry(async () => {
    // What the order says of its part moves the earning to the end of its event again.
    await passEvent(mesh, order.id);
    const { earning } = await seller.payouts.getEarning({ orderId: order.id });
    return earning?.status === EarningStatus.TRANSFERRED ? earning : undefined;
  });
  expect(after.fee + after.net).toBe(price - part);
  expect(after.fee).toBe((before.fee * (price - part)) / price);
  expect(await transfersOf(mesh, order.id)).toMatchObject([{ amount: Number(after.net) }]);
}, 120_000);

it("of a high price two operators decide", async () => {
  const { order } = await delivered({
    ...newListing(),
    price: create(MoneySchema, { minorUnits: 900_001n, currency: "USD" }),
  });
  const { id: caseId } = await complain(order.id, "The turnstile was red");
  const [first, second] = operators;
  const verdict = { caseId, ruling: CaseRuling.REFUND, reason: "It was used before" };
  const { case: proposed } = await first.cases.decideCase(verdict);
  expect(proposed?.status).toBe(CaseStatus.PROPOSED);
  const version = proposed?.version ?? 0n;
  const alone = await refusal(first.cases.agreeToDecision({ caseId, version }));
  expect(alone.reason).toBe("ANOTHER_OPERATOR_NEEDED");
  await second.cases.agreeToDecision({ caseId, version });
  await watchUntil(buyer, order.id, OrderStatus.REFUNDED, 30_000);
  await untilClosed(caseId);
}, 120_000);

it("a ticket that does not come opens a case by itself, and one that the buyer confirms ends it", async () => {
  const listing = newListing(undefined, new Date(Date.now() + 10 * 3_600_000));
  const ticket = await retry(async () => (await seller.tickets.createTicket(listing)).ticket);
  const order = await lockWithRetries(buyer, ticket);
  await payWithRetries(mesh, buyer, order);
  await waitForEnd(buyer, order, OrderStatus.COMPLETE);
  const found = await retry(async () => {
    const { cases } = await seller.cases.listCases({ pageSize: 100 });
    return cases.find(({ orderId }) => orderId === order.id);
  });
  expect(found).toMatchObject({ kind: CaseKind.NOT_DELIVERED, status: CaseStatus.OPEN, evidence: [] });
  await untilEarning(seller, order.id, EarningStatus.HELD, isFrozen);

  await deliverWithRetries(seller, order, NOTE);
  await retry(() => buyer.deliveries.confirmDelivery({ orderId: order.id }));
  const closed = await untilClosed(found.id);
  expect(closed.decision?.ruling).toBe(CaseRuling.REJECT);
  await passEvent(mesh, order.id);
  await untilEarning(seller, order.id, EarningStatus.TRANSFERRED);
}, 120_000);
