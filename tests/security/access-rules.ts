import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { CaseKind, CaseRuling } from "@ticketing/proto/cases/v1/case";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { EarningHoldReason } from "@ticketing/proto/payouts/v1/earning";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { derivedId } from "@ticketing/runtime/process/ids";
import {
  EVENT_START,
  newEvent,
  newListing,
  newOrder,
  newVenue,
  searchedEventId,
} from "../support/stories.ts";
import type { World } from "./attacked-mesh.ts";
import type { Init } from "./contracts.ts";
import { underBothNames } from "./operations-rows.ts";

/** What the two-user matrix is about: a ticket that the seller sells and the buyer holds, and what they own besides. */
export interface Stage {
  readonly world: World;
  /** The buyer holds it. */
  readonly held: Ticket;
  readonly order: Order;
  /** For sale. */
  readonly free: Ticket;
  /** Another order of the buyer's, complete, whose seller has delivered. */
  readonly delivered: Pick<Order, "id">;
}

/** What the seller has delivered: nobody but the buyer may read it. */
export const DELIVERED_LINK = "https://tickets.example/pass/for-the-buyer-alone";

/** What the buyer says of it: nobody but its seller and operators may read that. */
export const COMPLAINT = "The turnstile showed a red light to the buyer alone";

export const callers = ["anonymous", "stranger", "operator", "seller", "buyer"] as const;
export type CallerName = (typeof callers)[number];

/** `ok`, or the reason of the refusal. */
export type Verdict = Readonly<Record<CallerName, string>>;

/** One RPC of the public API: what is asked of it, and what each caller gets. Evaluated from the top. */
export interface PublicRule {
  readonly request: (stage: Stage, caller: CallerName) => Init;
  readonly verdict: Verdict;
  /** Words of the answer that only these callers may read. */
  readonly parties?: { readonly callers: readonly CallerName[]; readonly words: (stage: Stage) => string[] };
}

const everybody = (verdict: string): Verdict => ({
  anonymous: verdict,
  stranger: verdict,
  operator: verdict,
  seller: verdict,
  buyer: verdict,
});
const users = (verdict: string): Verdict => ({ ...everybody(verdict), anonymous: "UNAUTHENTICATED" });
const sellerOnly: Verdict = { ...users("NOT_YOUR_TICKET"), seller: "ok" };
const parties: Verdict = { ...users("NOT_YOUR_ORDER"), seller: "ok", buyer: "ok" };
const buyerOnly = (verdict = "ok"): Verdict => ({ ...users("NOT_YOUR_ORDER"), buyer: verdict });
const operatorOnly = (verdict = "ok"): Verdict => ({ ...users("ROLE_REQUIRED"), operator: verdict });

const orderId = ({ order }: Stage) => ({ orderId: order.id });
const complaint = ({ delivered }: Stage) => ({
  caseId: derivedId(delivered.id, `case:${CaseKind[CaseKind.INVALID]}:`),
});
const deliveredOrder = ({ delivered }: Stage) => ({ orderId: delivered.id });
const heldTicket = ({ held }: Stage) => ({ ticketId: held.id });
const orderWords = { callers: ["seller", "buyer"] as const, words: ({ order }: Stage) => [order.id] };
const credentials = ({ world }: Stage) => ({ email: world.buyer.email, password: "a guess at it" });

/** Every RPC that the gateway routes. A new one fails the suite until somebody decides who may call it. */
export const publicRules: Readonly<Record<string, PublicRule>> = {
  "auth.v1.AuthService/SignUp": {
    request: ({ world }) => ({
      email: world.buyer.email,
      password: "another password",
      displayName: "Thief",
    }),
    verdict: everybody("EMAIL_TAKEN"),
  },
  "auth.v1.AuthService/SignIn": { request: credentials, verdict: everybody("BAD_CREDENTIALS") },
  "auth.v1.AuthService/SignOut": { request: () => ({}), verdict: everybody("ok") },
  "auth.v1.AuthService/RefreshSession": { request: () => ({}), verdict: everybody("NO_SESSION") },
  "auth.v1.AuthService/IssueToken": {
    request: (stage) => ({ grant: { case: "credentials", value: credentials(stage) } }),
    verdict: everybody("BAD_CREDENTIALS"),
  },
  "auth.v1.AuthService/GetCurrentUser": {
    request: () => ({}),
    verdict: users("ok"),
    parties: { callers: ["buyer"], words: ({ world }) => [world.buyer.email] },
  },
  "auth.v1.AuthService/FindUser": {
    request: ({ world }) => ({ query: world.buyer.email }),
    verdict: operatorOnly(),
    parties: { callers: ["operator"], words: ({ world }) => [world.buyer.userId] },
  },
  // Others go on as they are.
  "auth.v1.AuthService/SuspendUser": {
    request: ({ world }) => ({ userId: world.stranger.userId, version: 999n, reason: "a test" }),
    verdict: operatorOnly("STALE_VERSION"),
  },
  "auth.v1.AuthService/ReinstateUser": {
    request: ({ world }) => ({ userId: world.stranger.userId, version: 999n, reason: "a test" }),
    verdict: operatorOnly(),
  },

  "tickets.v1.TicketService/CreateTicket": { request: () => newListing(), verdict: users("ok") },
  "tickets.v1.TicketService/GetTicket": {
    request: ({ held }) => ({ ticketId: held.id }),
    verdict: everybody("ok"),
    parties: orderWords,
  },
  "tickets.v1.TicketService/ListMyTickets": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { callers: ["seller"], words: ({ held, free }) => [held.id, free.id] },
  },
  // The version stays 1 until the seller's own call: what was refused changed nothing.
  "tickets.v1.TicketService/UpdateTicket": {
    request: ({ free }) => ({ ticketId: free.id, version: 1n, title: "Changed" }),
    verdict: sellerOnly,
  },
  "tickets.v1.TicketService/WithdrawTicket": {
    request: ({ free }) => ({ ticketId: free.id, version: 2n }),
    verdict: sellerOnly,
  },
  // Withdrawn by its seller meanwhile.
  "tickets.v1.TicketService/TakeDownTicket": {
    request: ({ free }) => ({ ticketId: free.id, reason: "a test" }),
    verdict: operatorOnly("TICKET_WITHDRAWN"),
  },

  "orders.v1.OrderService/CreateOrder": {
    request: ({ held }) => newOrder(held),
    verdict: { ...users("TICKET_LOCKED"), seller: "OWN_TICKET" },
    parties: orderWords,
  },
  "orders.v1.OrderService/GetOrder": { request: orderId, verdict: parties, parties: orderWords },
  "orders.v1.OrderService/WatchOrder": { request: orderId, verdict: parties, parties: orderWords },
  "orders.v1.OrderService/ListMyOrders": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { ...orderWords, callers: ["buyer"] },
  },
  "orders.v1.OrderService/ListMySales": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { ...orderWords, callers: ["seller"] },
  },
  "orders.v1.OrderService/ListCurrencies": { request: () => ({}), verdict: everybody("ok") },
  "orders.v1.OrderService/QuoteEarnings": {
    request: ({ free }) => ({ price: free.price }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "orders.v1.OrderService/CountEventOrders": {
    request: ({ world }) => ({ eventId: world.event.id }),
    verdict: operatorOnly(),
  },
  "orders.v1.OrderService/RequestRefund": { request: orderId, verdict: buyerOnly("ORDER_NOT_COMPLETE") },

  "deliveries.v1.DeliveryService/GetDelivery": {
    request: deliveredOrder,
    verdict: { ...users("NOT_YOUR_DELIVERY"), seller: "ok", buyer: "ok" },
    parties: { callers: ["seller", "buyer"], words: ({ delivered }) => [delivered.id] },
  },
  "deliveries.v1.DeliveryService/ListDeliveriesDue": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { callers: [], words: ({ delivered }) => [delivered.id] },
  },
  "deliveries.v1.DeliveryService/StartUpload": {
    request: (stage) => ({ ...deliveredOrder(stage), bytes: 1000n }),
    verdict: { ...users("NOT_YOUR_DELIVERY"), seller: "ok" },
  },
  "deliveries.v1.DeliveryService/DeliverTicket": {
    request: (stage) => ({ ...deliveredOrder(stage), content: { case: "link", value: DELIVERED_LINK } }),
    verdict: { ...users("NOT_YOUR_DELIVERY"), seller: "ok" },
  },
  "deliveries.v1.DeliveryService/OpenTicket": {
    request: deliveredOrder,
    verdict: { ...users("NOT_YOUR_DELIVERY"), buyer: "ok" },
    parties: { callers: ["buyer"], words: () => [DELIVERED_LINK] },
  },
  "deliveries.v1.DeliveryService/ConfirmDelivery": {
    request: deliveredOrder,
    verdict: { ...users("NOT_YOUR_DELIVERY"), buyer: "ok" },
  },

  "deliveries.v1.DeliveryService/GetTicketFile": { request: heldTicket, verdict: sellerOnly },
  // A buyer holds it, who decides by what is there.
  "deliveries.v1.DeliveryService/StartTicketUpload": {
    request: (stage) => ({ ...heldTicket(stage), bytes: 1000n }),
    verdict: { ...sellerOnly, seller: "TICKET_LOCKED" },
  },
  "deliveries.v1.DeliveryService/AttachTicketFile": {
    request: (stage) => ({ ...heldTicket(stage), uploadId: randomUUID() }),
    verdict: { ...sellerOnly, seller: "UPLOAD_MISSING" },
  },
  "deliveries.v1.DeliveryService/RemoveTicketFile": { request: heldTicket, verdict: sellerOnly },

  "payments.v1.PaymentService/StartPayment": { request: orderId, verdict: buyerOnly() },
  "payments.v1.PaymentService/GetPayment": { request: orderId, verdict: buyerOnly() },
  // The last word on the order.
  "orders.v1.OrderService/CancelOrder": { request: orderId, verdict: buyerOnly() },

  // Nothing was sold yet, so there is no earning for anybody.
  "payouts.v1.PayoutService/StartOnboarding": { request: () => ({}), verdict: users("ok") },
  "payouts.v1.PayoutService/GetSellerAccount": {
    request: () => ({}),
    verdict: users("ok"),
    parties: { callers: ["seller"], words: ({ world }) => [world.seller.userId] },
  },
  "payouts.v1.PayoutService/ListEarnings": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { ...orderWords, callers: [] },
  },
  "payouts.v1.PayoutService/FreezeEarning": {
    request: (stage) => ({ ...orderId(stage), reason: "a test" }),
    verdict: operatorOnly("EARNING_NOT_FOUND"),
  },
  "payouts.v1.PayoutService/UnfreezeEarning": {
    request: (stage) => ({ ...orderId(stage), reason: "a test" }),
    verdict: operatorOnly("EARNING_NOT_FOUND"),
  },
  "payouts.v1.PayoutService/AgreeToUnfreeze": {
    request: (stage) => ({ ...orderId(stage), version: 1n }),
    verdict: operatorOnly("EARNING_NOT_FOUND"),
  },
  "payouts.v1.PayoutService/ListFrozenEarnings": {
    request: () => ({ pageSize: 100 }),
    verdict: operatorOnly(),
  },
  "payouts.v1.PayoutService/GetEarning": { request: orderId, verdict: users("EARNING_NOT_FOUND") },

  // The seller has delivered, so the complaint is another one; and nobody has opened a case yet.
  "cases.v1.CaseService/OpenCase": {
    request: (stage) => ({ ...deliveredOrder(stage), kind: CaseKind.INVALID, text: COMPLAINT }),
    verdict: buyerOnly(),
  },
  "cases.v1.CaseService/AddEvidence": {
    request: (stage) => ({ ...complaint(stage), text: COMPLAINT }),
    verdict: { ...users("NOT_YOUR_CASE"), seller: "ok", buyer: "ok" },
  },
  "cases.v1.CaseService/ListCases": {
    request: () => ({ pageSize: 100 }),
    verdict: users("ok"),
    parties: { callers: ["seller", "buyer"], words: () => [COMPLAINT] },
  },
  "cases.v1.CaseService/GetCase": {
    request: complaint,
    verdict: { ...users("NOT_YOUR_CASE"), operator: "ok", seller: "ok", buyer: "ok" },
    parties: { callers: ["operator", "seller", "buyer"], words: () => [COMPLAINT] },
  },
  "cases.v1.CaseService/GetOrderCases": {
    request: deliveredOrder,
    verdict: { ...users("NOT_YOUR_ORDER"), operator: "ok", seller: "ok", buyer: "ok" },
    parties: { callers: ["operator", "seller", "buyer"], words: () => [COMPLAINT] },
  },
  "cases.v1.CaseService/GetDisputedSale": { request: complaint, verdict: operatorOnly() },
  "cases.v1.CaseService/AgreeToDecision": {
    request: (stage) => ({ ...complaint(stage), version: 1n }),
    verdict: operatorOnly("CASE_NOT_PROPOSED"),
  },
  "cases.v1.CaseService/DecideCase": {
    request: (stage) => ({ ...complaint(stage), ruling: CaseRuling.REJECT, reason: "It admits" }),
    verdict: operatorOnly(),
  },

  // The case is a complaint: no bank awaits anything.
  "cases.v1.CaseService/SubmitEvidence": {
    request: complaint,
    verdict: operatorOnly("EVIDENCE_NOT_AWAITED"),
  },

  "catalog.v1.CatalogService/SearchTickets": {
    request: () => ({ pageSize: 100 }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "catalog.v1.CatalogService/ListEvents": {
    request: () => ({ pageSize: 100 }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "catalog.v1.CatalogService/ListFacets": {
    request: () => ({}),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "catalog.v1.CatalogService/DescribeEvent": {
    request: ({ free }) => ({ eventId: searchedEventId(free.event) }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "catalog.v1.CatalogService/SuggestEvents": {
    request: ({ world }) => ({ query: world.event.title }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  "catalog.v1.CatalogService/WatchTickets": {
    request: ({ held }) => ({ ticketIds: [held.id] }),
    verdict: everybody("ok"),
    parties: { callers: [], words: orderWords.words },
  },
  // The venue and the event of the world, named by everybody: each is answered as it is.
  "events.v1.EventService/ProposeVenue": { request: () => newVenue(), verdict: users("ok") },
  "events.v1.EventService/GetVenue": {
    request: ({ world }) => ({ venueId: world.event.venue?.id ?? "" }),
    verdict: everybody("ok"),
  },
  "events.v1.EventService/ProposeEvent": {
    request: ({ world }) => newEvent(world.event.venue?.id ?? ""),
    verdict: users("ok"),
  },
  "events.v1.EventService/GetEvent": {
    request: ({ world }) => ({ eventId: world.event.id }),
    verdict: everybody("ok"),
  },
  // It begins then already.
  "events.v1.EventService/RescheduleEvent": {
    request: ({ world }) => ({
      ...{ eventId: world.event.id, version: 1n, start: EVENT_START },
      reason: "a test",
    }),
    verdict: operatorOnly(),
  },
  // Others name it, so it takes place.
  "events.v1.EventService/CancelEvent": {
    request: ({ world }) => ({ eventId: world.event.id, version: 999n, reason: "a test" }),
    verdict: operatorOnly("STALE_VERSION"),
  },
  "events.v1.EventService/MergeEvents": {
    request: ({ world }) => ({
      ...{ eventId: world.event.id, intoEventId: world.event.id },
      reason: "a test",
    }),
    verdict: operatorOnly(),
  },

  "operations.v1.OperationsService/ListAuditLog": { request: () => ({}), verdict: operatorOnly() },
  ...underBothNames<PublicRule>({
    GetOverview: { request: () => ({}), verdict: operatorOnly() },
    ListDeadLetters: { request: () => ({}), verdict: operatorOnly() },
    ListOrders: { request: () => ({}), verdict: operatorOnly() },
    ReplayDeadLetter: {
      request: () => ({ sequence: 999_999n }),
      verdict: operatorOnly("DEAD_LETTER_NOT_FOUND"),
    },
  }),
};

/** One RPC of an internal port: where it is served, what is asked, and which services may. */
export interface InternalRule {
  readonly callee: "events" | "tickets" | "orders" | "payments" | "payouts" | "deliveries" | "cases";
  readonly request: () => Init;
  readonly allowed: readonly string[];
  /** The outcome for permitted callers: not_found by default, since the requested ids do not exist. */
  readonly outcome?: string;
}

const ids = () => ({ ticketId: randomUUID(), orderId: randomUUID() });
const someEvent = () => ({ eventId: randomUUID() });
const namedCase = () => ({ caseId: randomUUID() });
const someOrder = () => ({ orderId: randomUUID() });
const someCase = () => ({ ...someOrder(), caseId: randomUUID() });
const somePart = () => ({ ...someOrder(), partId: `${randomUUID()}:1`, amount: 100n });
const selection = () => ({ selection: { selection: { case: "named", value: { ids: [randomUUID()] } } } });
const records = (callee: InternalRule["callee"]): InternalRule => ({
  callee,
  request: selection,
  allowed: ["workflows"],
  outcome: "ok",
});
const lifecycle = (
  callee: "orders" | "payments" | "payouts" | "deliveries" | "cases",
  request: () => Init,
  ...also: string[]
): InternalRule => ({
  callee,
  request,
  allowed: ["workflows", ...also],
});

const verdicts: Readonly<Record<string, InternalRule>> = {
  "tickets.internal.v1.TicketLockService/LockTicket": {
    callee: "tickets",
    request: () => ({ ...ids(), buyerId: randomUUID(), expectedPrice: { minorUnits: 1n, currency: "USD" } }),
    allowed: ["orders"],
  },
  "tickets.internal.v1.TicketLockService/UnlockTicket": {
    callee: "tickets",
    request: () => ({ ...ids(), reason: 1 }),
    allowed: ["workflows", "orders"],
  },
  "tickets.internal.v1.TicketLockService/SellTicket": {
    callee: "tickets",
    request: ids,
    allowed: ["workflows"],
  },
  "tickets.internal.v1.TicketLockService/RelistTicket": {
    callee: "tickets",
    request: ids,
    allowed: ["workflows"],
  },
  "tickets.internal.v1.TicketLockService/ListTickets": records("tickets"),
  "orders.internal.v1.OrderLifecycleService/ReadOrder": lifecycle(
    "orders",
    someOrder,
    "payments",
    "payouts",
    "deliveries",
    "cases",
  ),
  "orders.internal.v1.OrderLifecycleService/CompleteOrder": lifecycle("orders", someOrder),
  "orders.internal.v1.OrderLifecycleService/CancelOrder": lifecycle("orders", () => ({
    ...someOrder(),
    reason: 1,
  })),
  "orders.internal.v1.OrderLifecycleService/ExpireOrder": lifecycle("orders", someOrder),
  "orders.internal.v1.OrderLifecycleService/MarkRefunded": lifecycle("orders", someOrder),
  "orders.internal.v1.OrderLifecycleService/RefuseRefund": lifecycle("orders", () => ({
    ...someOrder(),
    reason: 1,
  })),
  "orders.internal.v1.OrderLifecycleService/ListOrders": records("orders"),
  "payments.internal.v1.PaymentLifecycleService/ReadPayment": lifecycle("payments", someOrder, "cases"),
  "payments.internal.v1.PaymentLifecycleService/CapturePayment": lifecycle("payments", someOrder),
  "payments.internal.v1.PaymentLifecycleService/VoidPayment": lifecycle("payments", someOrder),
  "payments.internal.v1.PaymentLifecycleService/RefundPayment": lifecycle("payments", someOrder),
  "payments.internal.v1.PaymentLifecycleService/ListPayments": records("payments"),
  "payments.internal.v1.PaymentLifecycleService/ListIntents": records("payments"),
  "payments.internal.v1.PaymentLifecycleService/ReleaseIntent": {
    ...lifecycle("payments", () => ({ intentId: `pi_${randomUUID()}` })),
    // What Stripe does not know holds no money.
    outcome: "ok",
  },
};

/** What the release before does not have. */
const newVerdicts: Readonly<Record<string, InternalRule>> = {
  "tickets.internal.v1.TicketLockService/ReadTicket": {
    callee: "tickets",
    request: () => ({ ticketId: randomUUID() }),
    allowed: ["deliveries"],
  },
  "tickets.internal.v1.TicketLockService/ListOrdersOfEvent": {
    callee: "tickets",
    request: someEvent,
    allowed: ["workflows"],
    outcome: "not_found",
  },
  "events.internal.v1.EventDirectoryService/FindEvent": {
    callee: "events",
    request: someEvent,
    allowed: ["tickets", "payouts"],
    outcome: "not_found",
  },
  "events.internal.v1.EventDirectoryService/ResolveEvent": {
    callee: "events",
    request: () => ({ ...newListing().event, category: 1 }),
    allowed: ["tickets"],
    outcome: "ok",
  },
  "orders.internal.v1.OrderLifecycleService/EndForEvent": lifecycle("orders", someOrder),
  "orders.internal.v1.OrderLifecycleService/RefundForCase": lifecycle("orders", () => ({
    ...someCase(),
    decisionNumber: 1,
  })),
  "orders.internal.v1.OrderLifecycleService/RecordPartRefund": lifecycle("orders", somePart),
  "payments.internal.v1.PaymentLifecycleService/RefundPart": lifecycle("payments", somePart),
  "payouts.internal.v1.PayoutLifecycleService/ReduceEarning": lifecycle("payouts", somePart),
  "payouts.internal.v1.PayoutLifecycleService/EndPart": lifecycle("payouts", () => ({
    ...someOrder(),
    partId: `${randomUUID()}:1`,
  })),
  "orders.internal.v1.OrderLifecycleService/OpenTicket": {
    callee: "orders",
    request: () => ({ ...someOrder(), buyerId: randomUUID() }),
    allowed: ["deliveries"],
  },
  "payments.internal.v1.PaymentLifecycleService/ReadCharge": lifecycle("payments", someOrder),
  "payments.internal.v1.PaymentLifecycleService/ListMovements": records("payments"),
  "payments.internal.v1.PaymentLifecycleService/ListCharges": records("payments"),
  "payments.internal.v1.PaymentLifecycleService/SubmitEvidence": lifecycle("payments", () => ({
    ...someOrder(),
    ...{ providerDisputeId: "du_1", evidence: { uncategorizedText: "It was mine" } },
  })),
  "payments.internal.v1.PaymentLifecycleService/AcceptDispute": lifecycle("payments", () => ({
    ...someOrder(),
    providerDisputeId: "du_1",
  })),
  "deliveries.internal.v1.DeliveryLifecycleService/ReadDelivery": lifecycle("deliveries", someOrder, "cases"),
  "payouts.internal.v1.PayoutLifecycleService/ListEarnings": records("payouts"),
  "payouts.internal.v1.PayoutLifecycleService/ReadEarning": lifecycle("payouts", someOrder, "cases"),
  "payouts.internal.v1.PayoutLifecycleService/ReadBooks": {
    ...lifecycle("payouts", () => ({ orderIds: [randomUUID()] })),
    outcome: "ok",
  },
  "payouts.internal.v1.PayoutLifecycleService/BlockEarning": lifecycle("payouts", () => ({
    ...someOrder(),
    reason: EarningHoldReason.DISPUTE,
  })),
  "payouts.internal.v1.PayoutLifecycleService/TransferEarning": lifecycle("payouts", () => ({
    ...someOrder(),
    providerChargeId: "ch_1",
  })),
  "payouts.internal.v1.PayoutLifecycleService/RecoverEarning": lifecycle("payouts", someOrder),
  "payouts.internal.v1.PayoutLifecycleService/HoldForRefund": lifecycle("payouts", () => ({
    ...someOrder(),
    refundRequestedTime: timestampFromDate(new Date()),
  })),
  "payouts.internal.v1.PayoutLifecycleService/HoldForCase": lifecycle("payouts", someCase, "cases"),
  "payouts.internal.v1.PayoutLifecycleService/EndCase": lifecycle("payouts", someCase),
  "cases.internal.v1.CaseLifecycleService/ReadCase": lifecycle("cases", namedCase),
  "cases.internal.v1.CaseLifecycleService/CloseCase": lifecycle("cases", () => ({
    ...namedCase(),
    decisionNumber: 1,
  })),
  "cases.internal.v1.CaseLifecycleService/CloseEvidence": lifecycle("cases", namedCase),
  "cases.internal.v1.CaseLifecycleService/ReopenCase": lifecycle("cases", () => ({
    ...namedCase(),
    decisionNumber: 1,
    refusal: "refund_failed",
  })),
  "orders.internal.v1.OrderLifecycleService/ListOverdueOrders": {
    ...records("orders"),
    request: () => ({ dueBefore: timestampFromDate(new Date()) }),
  },
};

/** Every RPC that the gateway must not route, by its name and by the one that the release before has for it. */
export const internalRules: Readonly<Record<string, InternalRule>> = {
  ...verdicts,
  ...newVerdicts,
  ...Object.fromEntries(
    Object.entries(verdicts).map(([name, verdict]) => [name.replace(".internal.", "."), verdict]),
  ),
};
