import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CaseKind, CaseRuling, CaseStatus } from "@ticketing/proto/cases/v1/case";
import { CaseService } from "@ticketing/proto/cases/v1/case_service";
import { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentLifecycleService } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PayoutLifecycleService } from "@ticketing/proto/payouts/internal/v1/payout_lifecycle_service";
import type { Database } from "@ticketing/runtime/documents/database";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";
import { clientOf, rejectsEveryCall, type SpecCaller } from "@ticketing/runtime/testing/calls";
import { openSpecDatabase } from "@ticketing/runtime/testing/spec-database";
import { bankAnswer } from "./bank-answer.ts";
import { caseIdOf, openCase } from "./case.ts";
import { type CaseStore, caseAggregate } from "./case-aggregate.ts";
import { createCaseService } from "./case-service.ts";

const HOUR = 3_600_000;
const OPERATOR = { user: "op", roles: ["operator"] };
const TEXT = "The turnstile was red";
let now: number;
let database: Database;
let cases: CaseStore;
let as: (caller: SpecCaller) => ReturnType<typeof clientOf<typeof CaseService>>;
/** The service in a mesh where nothing goes back in parts yet. */
let beforePartRefunds: typeof as;
/** The service in a mesh where no loss is accepted yet. */
let beforeAcceptedLosses: typeof as;
/** What the services answer. */
let facts: {
  order: OrderStatus;
  /** Undefined: deliveries know of none. */
  delivery: DeliveryStatus | undefined;
  deliverBy: number;
  /** 0: the earning is not recorded yet. */
  release: number;
  begins: number;
  /** In parts, before. */
  refunded: bigint;
};
let price: { minorUnits: bigint; currency: string };
/** What the payment says, in minor units. */
let paid: { amountRefunded: bigint; disputed: bigint };
let holdRefusal: DomainError | undefined;
/** The cases for which an earning was frozen. */
let held: string[];

const clock = () => new Date(now);
const time = (ms: number) => timestampFromDate(new Date(ms));
const buyer = () => as({ user: "b" });
const seller = () => as({ user: "s" });
const operator = () => as(OPERATOR);

beforeAll(async () => {
  database = await openSpecDatabase();
  cases = await caseAggregate.store(database.db);
  const caller = { service: "cases" };
  const orders = clientOf(
    OrderLifecycleService,
    {
      readOrder: ({ orderId: id }) => ({
        order: {
          ...{ id, buyerId: "b", sellerId: "s", status: facts.order, price, amountRefunded: facts.refunded },
          ticket: { title: "Jazz", event: { startTime: time(facts.begins) } },
        },
      }),
    },
    caller,
  );
  const payouts = clientOf(
    PayoutLifecycleService,
    {
      readEarning() {
        if (facts.release === 0) throw new DomainError("EARNING_NOT_FOUND", "none yet");
        return { earning: { releaseTime: time(facts.release) } };
      },
      holdForCase({ caseId }) {
        if (holdRefusal) throw holdRefusal;
        held.push(caseId);
        return {};
      },
    },
    caller,
  );
  const payments = clientOf(
    PaymentLifecycleService,
    {
      readPayment: ({ orderId: id }) => ({
        payment: {
          ...{ id, amount: price, amountRefunded: paid.amountRefunded },
          disputes: [{ providerDisputeId: "du_1", amount: { ...price, minorUnits: paid.disputed } }],
        },
      }),
    },
    caller,
  );
  const deliveries = clientOf(
    DeliveryLifecycleService,
    {
      readDelivery() {
        if (!facts.delivery) throw new DomainError("DELIVERY_NOT_FOUND", "none");
        return { delivery: { status: facts.delivery, deliverBy: time(facts.deliverBy) } };
      },
    },
    caller,
  );
  const sources = { orders, payouts, deliveries };
  const limits = new Map([["EUR", 50_000]]);
  const deps = { cases, sources, payments, payouts, limits, clock };
  const switches = { partRefunds: true, acceptLosses: true };
  const service = createCaseService({ ...deps, ...switches });
  as = (each) => clientOf(CaseService, service, each);
  const withoutParts = createCaseService({ ...deps, ...switches, partRefunds: false });
  beforePartRefunds = (each) => clientOf(CaseService, withoutParts, each);
  const withoutLosses = createCaseService({ ...deps, ...switches, acceptLosses: false });
  beforeAcceptedLosses = (each) => clientOf(CaseService, withoutLosses, each);
}, 60_000);
afterAll(() => database?.close());
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
  facts = {
    ...{ order: OrderStatus.COMPLETE, delivery: DeliveryStatus.DELIVERED },
    ...{ deliverBy: now - HOUR, release: now + HOUR, begins: now - HOUR, refunded: 0n },
  };
  price = { minorUnits: 5_000n, currency: "EUR" };
  paid = { amountRefunded: 17n, disputed: 5_000n };
  holdRefusal = undefined;
  held = [];
});

const complain = (orderId: string, kind = CaseKind.INVALID, text = TEXT) =>
  buyer().openCase({ orderId, kind, text });
async function opened() {
  const found = (await complain(randomUUID())).case;
  if (!found) throw new Error("no case");
  return found;
}
const outcome = (call: Promise<unknown>) => call.then(() => "ok", reasonOf);

it("nobody without a session is answered", async () => {
  const answers = await rejectsEveryCall(CaseService, as("nobody"));
  expect([...new Set(Object.values(answers))]).toEqual(["UNAUTHENTICATED"]);
});

describe("a complaint", () => {
  it("freezes what the seller earned before it is answered, and again when it is repeated", async () => {
    const orderId = randomUUID();
    const id = caseIdOf(orderId, CaseKind.INVALID);
    holdRefusal = new DomainError("STRIPE_UNAVAILABLE", "not now");
    expect(await outcome(complain(orderId))).toBe("STRIPE_UNAVAILABLE");
    expect(held).toEqual([]);
    // It is there all the same: its workflow freezes the earning.
    expect((await cases.get(id)).status).toBe(CaseStatus.OPEN);
    holdRefusal = undefined;
    const { case: found } = await complain(orderId);
    expect(held).toEqual([id]);
    expect(found).toMatchObject({ id, orderId, title: "Jazz", status: CaseStatus.OPEN, price });
    expect(found?.evidence.map(({ text }) => text)).toEqual([TEXT]);
    const { case: again } = await complain(orderId);
    expect(again?.version).toBe(found?.version);
    const { case: more } = await complain(orderId, CaseKind.INVALID, "And the seat was taken");
    expect(more?.evidence).toHaveLength(2);
  });

  const { INVALID, NOT_AS_LISTED, NOT_DELIVERED } = CaseKind;
  const { AWAITING_SELLER, OVERDUE, DELIVERED, CONFIRMED } = DeliveryStatus;
  it.each([
    ["of a ticket that does not admit", INVALID, CONFIRMED, 0, "ok"],
    ["of another ticket", NOT_AS_LISTED, DELIVERED, 0, "ok"],
    ["of a ticket that is not there", INVALID, AWAITING_SELLER, 1, "TICKET_NOT_DELIVERED"],
    ["of another ticket, which is not there", NOT_AS_LISTED, OVERDUE, -1, "TICKET_NOT_DELIVERED"],
    ["of a late ticket", NOT_DELIVERED, OVERDUE, -1, "ok"],
    ["of a ticket that is just late", NOT_DELIVERED, AWAITING_SELLER, 0, "ok"],
    ["of a ticket that has time", NOT_DELIVERED, AWAITING_SELLER, 1, "NOT_OVERDUE_YET"],
    ["of a ticket that came", NOT_DELIVERED, DELIVERED, -1, "TICKET_DELIVERED"],
  ])("%s is answered by the delivery", async (_, kind, delivery, due, wanted) => {
    facts = { ...facts, delivery, deliverBy: now + due * HOUR };
    expect(await outcome(complain(randomUUID(), kind))).toBe(wanted);
  });

  it.each([INVALID, NOT_AS_LISTED, NOT_DELIVERED])(
    "of a sale without a delivery (%s) is taken once its event has begun",
    async (kind) => {
      facts = { ...facts, delivery: undefined, begins: now + 1 };
      expect(await outcome(complain(randomUUID(), kind))).toBe("DELIVERY_NOT_FOUND");
      facts = { ...facts, begins: now };
      expect(await outcome(complain(randomUUID(), kind))).toBe("ok");
    },
  );

  it.each([AWAITING_SELLER, OVERDUE, DELIVERED, CONFIRMED, undefined])(
    "is offered to the buyer where it would be taken, and nobody else (delivery: %s)",
    async (delivery) => {
      for (const [due, release, begins] of [
        [-1, 1, -1],
        [1, 1, 1],
        [1, 0, -1],
      ] as const) {
        const orderId = randomUUID();
        const at = (hours: number) => now + hours * HOUR;
        facts = { ...facts, delivery, deliverBy: at(due), release: at(release), begins: at(begins) };
        const offered = await buyer().getOrderCases({ orderId });
        expect(offered.complainUntil).toEqual(time(facts.release));
        const kinds = [NOT_DELIVERED, INVALID, NOT_AS_LISTED];
        const outcomes = await Promise.all(kinds.map((kind) => outcome(complain(randomUUID(), kind))));
        expect(offered.complaintKinds).toEqual(kinds.filter((_, at) => outcomes[at] === "ok"));
        for (const other of [seller(), operator()]) {
          const shown = await other.getOrderCases({ orderId });
          expect(shown).toMatchObject({ cases: [], complaintKinds: [] });
          expect(shown.complainUntil).toBeUndefined();
        }
      }
    },
  );

  it("is no longer offered once there is a case, or no complete order, or no earning yet", async () => {
    const orderId = randomUUID();
    await complain(orderId);
    const shown = await buyer().getOrderCases({ orderId });
    expect(shown.cases.map(({ id }) => id)).toEqual([caseIdOf(orderId, INVALID)]);
    expect(shown.complaintKinds).toEqual([NOT_AS_LISTED]);
    facts = { ...facts, order: OrderStatus.REFUNDED };
    expect((await buyer().getOrderCases({ orderId })).complaintKinds).toEqual([]);
    facts = { ...facts, order: OrderStatus.COMPLETE, release: 0 };
    const early = await buyer().getOrderCases({ orderId });
    expect([early.complaintKinds, early.complainUntil]).toEqual([[], undefined]);
  });

  it("is the buyer's, about a complete order, until the seller is paid at the earliest", async () => {
    const orderId = randomUUID();
    const request = { orderId, kind: INVALID, text: TEXT };
    for (const other of [seller(), operator(), as({ user: "x" })])
      expect(await outcome(other.openCase(request))).toBe("NOT_YOUR_ORDER");
    for (const order of [OrderStatus.AWAITING_PAYMENT, OrderStatus.REFUNDED]) {
      facts = { ...facts, order };
      expect(await outcome(complain(orderId))).toBe("ORDER_NOT_COMPLETE");
    }
    facts = { ...facts, order: OrderStatus.COMPLETE, release: now };
    expect(await outcome(complain(orderId))).toBe("CLAIM_WINDOW_CLOSED");
    expect(held).toEqual([]);
    expect(await cases.find(caseIdOf(orderId, INVALID))).toBeNull();
    facts = { ...facts, release: now + 1 };
    expect(await outcome(complain(orderId))).toBe("ok");
    for (const other of [seller(), operator()])
      expect(await outcome(other.openCase(request))).toBe("NOT_YOUR_ORDER");
  });
});

describe("a case", () => {
  it("is seen by buyer, seller and operators", async () => {
    const { id: caseId } = await opened();
    for (const each of [buyer(), seller(), operator()])
      expect((await each.getCase({ caseId })).case?.id).toBe(caseId);
    expect(await outcome(as({ user: "x" }).getCase({ caseId }))).toBe("NOT_YOUR_CASE");
  });

  it("is shown with its order, to each as by itself: what is proposed to operators alone", async () => {
    price = { minorUnits: 50_001n, currency: "EUR" };
    const { id: caseId, orderId } = await opened();
    await operator().decideCase({ caseId, ruling: CaseRuling.REJECT, reason: "It admits" });
    for (const each of [buyer(), seller(), operator()]) {
      const { cases: shown } = await each.getOrderCases({ orderId });
      expect(shown).toEqual([(await each.getCase({ caseId })).case]);
    }
    expect((await seller().getOrderCases({ orderId })).cases[0]?.decision).toBeUndefined();
    expect(await outcome(as({ user: "x" }).getOrderCases({ orderId }))).toBe("NOT_YOUR_ORDER");
  });

  it("tells operators of its sale what is known, and nobody else", async () => {
    const { id: caseId, orderId } = await opened();
    const sale = await operator().getDisputedSale({ caseId });
    expect(sale.order?.id).toBe(orderId);
    expect(sale.payment?.amountRefunded).toBe(17n);
    expect(sale.delivery?.status).toBe(DeliveryStatus.DELIVERED);
    expect(sale.earning?.releaseTime).toEqual(time(facts.release));
    facts = { ...facts, delivery: undefined, release: 0 };
    const bare = await operator().getDisputedSale({ caseId });
    expect([bare.delivery, bare.earning]).toEqual([undefined, undefined]);
    for (const party of [buyer(), seller(), as({ user: "x" })])
      expect(await outcome(party.getDisputedSale({ caseId }))).toBe("ROLE_REQUIRED");
  });

  it("is in the lists of its parties, newest first, and of operators, oldest first", async () => {
    await database.db.collection("cases").deleteMany({});
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      now += 1_000;
      ids.push((await opened()).id);
    }
    const page = (undecided: boolean, pageToken = "") => ({ undecided, pageSize: 2, pageToken });
    for (const party of [buyer(), seller()]) {
      const first = await party.listCases(page(false));
      const rest = await party.listCases(page(false, first.nextPageToken));
      expect([...first.cases, ...rest.cases].map(({ id }) => id)).toEqual([...ids].reverse());
      expect(await outcome(party.listCases(page(true)))).toBe("ROLE_REQUIRED");
    }
    expect((await operator().listCases(page(false))).cases).toEqual([]);
    await operator().decideCase({ caseId: ids[1] ?? "", ruling: CaseRuling.REJECT, reason: "It admits" });
    const { cases: found, nextPageToken } = await operator().listCases(page(true));
    expect(found.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(nextPageToken).toBe("");
  });

  it("is decided by an operator alone up to the limit, and above it by two", async () => {
    const verdict = { ruling: CaseRuling.REFUND, reason: "It was used before" };
    const small = await opened();
    for (const party of [buyer(), seller()])
      expect(await outcome(party.decideCase({ caseId: small.id, ...verdict }))).toBe("ROLE_REQUIRED");
    const { case: decided } = await operator().decideCase({ caseId: small.id, ...verdict });
    expect(decided?.status).toBe(CaseStatus.DECIDED);
    expect((await operator().decideCase({ caseId: small.id, ...verdict })).case?.version).toBe(
      decided?.version,
    );

    price = { minorUnits: 50_001n, currency: "EUR" };
    const { id: caseId } = await opened();
    const { case: proposed } = await operator().decideCase({ caseId, ...verdict });
    expect(proposed?.status).toBe(CaseStatus.PROPOSED);
    const version = proposed?.version ?? 0n;
    expect(await outcome(operator().agreeToDecision({ caseId, version }))).toBe("ANOTHER_OPERATOR_NEEDED");
    const second = as({ user: "op2", roles: ["operator"] });
    for (const party of [buyer(), seller()])
      expect(await outcome(party.agreeToDecision({ caseId, version }))).toBe("ROLE_REQUIRED");
    const { case: agreed } = await second.agreeToDecision({ caseId, version });
    expect(agreed?.decision).toMatchObject({ operatorId: "op", agreedBy: "op2" });
    expect((await second.agreeToDecision({ caseId, version })).case?.version).toBe(agreed?.version);
  });

  it("gives back a part that is less than what is left of the price, and says to both sides how much", async () => {
    const { PART_REFUND } = CaseRuling;
    const { id: caseId } = await opened();
    const decide = (refundAmount: bigint) =>
      operator().decideCase({ caseId, ruling: PART_REFUND, reason: "The seat was another", refundAmount });
    expect(await outcome(decide(5_000n))).toBe("PART_TOO_LARGE");
    facts.refunded = 1_000n;
    expect(await outcome(decide(4_000n))).toBe("PART_TOO_LARGE");
    const { case: decided } = await decide(3_999n);
    expect(decided?.decision).toMatchObject({ ruling: PART_REFUND, refundAmount: 3_999n, operatorId: "op" });
    expect((await decide(3_999n)).case?.version).toBe(decided?.version);
    expect(await outcome(decide(3_998n))).toBe("CASE_DECIDED");
    for (const party of [buyer(), seller()]) {
      const { case: seen } = await party.getCase({ caseId });
      expect(seen?.decision).toMatchObject({ refundAmount: 3_999n, operatorId: "" });
      const step = { case: "caseDecided", value: { ruling: PART_REFUND, refundAmount: "3999" } };
      expect(seen?.timeline.at(-1)?.transition).toMatchObject(step);
    }
  });

  it("gives back no part while processes run that know none, be it proposed before", async () => {
    const { PART_REFUND, REJECT } = CaseRuling;
    const verdict = { ruling: PART_REFUND, reason: "The seat was another", refundAmount: 100n };
    const { id: caseId } = await opened();
    const off = beforePartRefunds(OPERATOR);
    expect(await outcome(off.decideCase({ caseId, ...verdict }))).toBe("PART_REFUND_NOT_OFFERED");
    price = { minorUnits: 60_000n, currency: "EUR" };
    const { id: dear } = await opened();
    const { case: proposed } = await operator().decideCase({ caseId: dear, ...verdict });
    const another = beforePartRefunds({ user: "op2", roles: ["operator"] });
    const agree = another.agreeToDecision({ caseId: dear, version: proposed?.version ?? 0n });
    expect(await outcome(agree)).toBe("PART_REFUND_NOT_OFFERED");
    const instead = await off.decideCase({ caseId: dear, ruling: REJECT, reason: "It was as listed" });
    expect(instead.case?.status).toBe(CaseStatus.PROPOSED);
  });
});

describe("the loss of a dispute", () => {
  const verdict = { ruling: CaseRuling.REFUND, reason: "No ticket" };
  const second = { user: "op2", roles: ["operator"] };
  async function disputed() {
    const sale = { orderId: randomUUID(), buyerId: "b", sellerId: "s", title: "Jazz" };
    const terms = { version: 1, awaited: true, inquiry: false, submitted: false };
    const opened = openCase(
      { ...sale, price: { minorUnits: Number(price.minorUnits), currency: price.currency } },
      {
        ...{ kind: CaseKind.CHARGEBACK, subject: "du_1:2" },
        fact: { version: 1, ruling: CaseRuling.UNSPECIFIED },
        bank: bankAnswer({ ...terms, dueTime: new Date(now + HOUR) }, clock()),
      },
      clock(),
    );
    await cases.insert(opened);
    return opened._id;
  }

  it.each([
    ["where it is the price", 0n, 5_000n, "ok"],
    ["where it is what is left of the price", 2_000n, 3_000n, "ok"],
    ["not of an order that is refunded", 5_000n, 5_000n, "BANK_DECIDES"],
    ["not where the buyer would have more than the price", 2_000n, 5_000n, "BANK_DECIDES"],
    ["not where the bank disputes less than the price", 0n, 3_000n, "BANK_DECIDES"],
  ])("is accepted %s", async (_, amountRefunded, amount, wanted) => {
    paid = { amountRefunded, disputed: amount };
    const caseId = await disputed();
    expect(await outcome(operator().decideCase({ caseId, ...verdict }))).toBe(wanted);
    // Once it is decided a repeat answers the same.
    paid = { amountRefunded: 5_000n, disputed: amount };
    expect(await outcome(operator().decideCase({ caseId, ...verdict }))).toBe(wanted);
  });

  it("is looked at again before a second operator agrees", async () => {
    price = { minorUnits: 60_000n, currency: "EUR" };
    paid = { amountRefunded: 0n, disputed: 60_000n };
    const caseId = await disputed();
    const { case: proposed } = await operator().decideCase({ caseId, ...verdict });
    const agreement = { caseId, version: proposed?.version ?? 0n };
    paid.amountRefunded = 60_000n;
    expect(await outcome(as(second).agreeToDecision(agreement))).toBe("BANK_DECIDES");
    paid.amountRefunded = 0n;
    expect(await outcome(beforeAcceptedLosses(second).agreeToDecision(agreement))).toBe("BANK_DECIDES");
    expect(await outcome(as(second).agreeToDecision(agreement))).toBe("ok");
  });

  it("is not accepted while processes run that do not know how", async () => {
    paid = { amountRefunded: 0n, disputed: 5_000n };
    const caseId = await disputed();
    const off = beforeAcceptedLosses(OPERATOR);
    expect(await outcome(off.decideCase({ caseId, ...verdict }))).toBe("BANK_DECIDES");
    const { id } = await opened();
    expect(await outcome(off.decideCase({ caseId: id, ...verdict }))).toBe("ok");
  });
});
