import type { JsonValue } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { CaseKind } from "@ticketing/proto/cases/v1/case";
import { CancellationReason, OrderStatus, RefundRefusalReason } from "@ticketing/proto/orders/v1/order";
import type { Reason } from "@ticketing/proto/reason";
import { TicketUnlockReason } from "@ticketing/proto/tickets/v1/ticket";
import { derivedId } from "@ticketing/runtime/process/ids";
import { searchedEventId } from "../support/stories.ts";
import type { World } from "./attacked-mesh.ts";
import type { Init } from "./contracts.ts";
import { underBothNames } from "./operations-rows.ts";
import type { RepeatCaller } from "./repeat-callers.ts";
import { authorize, open, type RepeatScene } from "./repeat-scene.ts";

/** One RPC that may be repeated although it changes something. */
export interface RepeatedAct {
  readonly as: RepeatCaller;
  readonly request: (scene: RepeatScene) => Init;
  /** Makes what the call is about. */
  readonly before?: (scene: RepeatScene, world: World) => Promise<unknown>;
  /** It is a wish that a workflow carries out: answers show the order on its way to this status. */
  readonly wish?: { readonly orderId: (scene: RepeatScene) => string; readonly becomes: OrderStatus };
  /** How the contract refuses a repeat that comes when what it asks for has been undone since. */
  readonly late?: Reason;
}

/** One RPC that only reads. */
export interface RepeatedRead {
  readonly as: RepeatCaller;
  readonly request: (scene: RepeatScene) => Init;
  /** What of the answer others than this test do not change. */
  readonly steady?: (answer: Record<string, JsonValue>) => JsonValue;
}

const sold = ({ sold }: RepeatScene) => ({ orderId: sold.orderId });
const soldTicket = ({ sold }: RepeatScene) => ({ ticketId: sold.ticket.id, orderId: sold.orderId });
const soldTicketFile = ({ sold }: RepeatScene) => ({ ticketId: sold.ticket.id });
const purchaseOf =
  (name: "voided" | "expired" | "cancelled" | "calledOffOrder") =>
  (scene: RepeatScene): { orderId: string } => ({ orderId: scene[name].orderId });
const refunded = ({ refunded }: RepeatScene) => ({ orderId: refunded.orderId });
const delivered = ({ delivered }: RepeatScene) => ({ orderId: delivered });
const complaint = ({ delivered }: RepeatScene) => ({
  caseId: derivedId(delivered, `case:${CaseKind[CaseKind.INVALID]}:`),
});

/** One story, told from the top: each call finds what those before it left, and no workflow has made it yet. */
export const repeatedActs: Readonly<Record<string, RepeatedAct>> = {
  "tickets.v1.TicketService/CreateTicket": { as: "seller", request: ({ listing }) => listing },
  "tickets.v1.TicketService/TakeDownTicket": {
    as: "operator",
    request: ({ takenDown }) => ({ ticketId: takenDown.id, reason: "a test" }),
  },
  "tickets.v1.TicketService/WithdrawTicket": {
    as: "seller",
    request: ({ withdrawn }) => ({ ticketId: withdrawn.id, version: withdrawn.version }),
  },
  "tickets.v1.TicketService/UpdateTicket": {
    as: "seller",
    request: ({ listed, edit }) => ({
      ticketId: listed,
      version: 1n,
      seat: { section: "B" },
      requestId: edit,
    }),
  },
  "auth.v1.AuthService/SignOut": {
    as: "anonymous",
    request: ({ otherSession }) => ({ refreshToken: otherSession }),
  },

  "auth.v1.AuthService/SuspendUser": {
    as: "operator",
    request: ({ suspect }) => ({ userId: suspect.userId, version: 1n, reason: "a test" }),
    late: "STALE_VERSION",
  },
  "auth.v1.AuthService/ReinstateUser": {
    as: "operator",
    request: ({ suspect }) => ({ userId: suspect.userId, version: 2n, reason: "a test" }),
  },

  "payouts.v1.PayoutService/GetSellerAccount": { as: "seller", request: () => ({}) },

  "events.v1.EventService/ProposeVenue": { as: "seller", request: ({ venue }) => venue },
  "events.v1.EventService/ProposeEvent": { as: "seller", request: ({ event }) => event },
  "events.v1.EventService/RescheduleEvent": {
    as: "operator",
    request: ({ eventId }) => ({
      eventId,
      version: 1n,
      start: { start: { case: "localTime", value: "2090-06-02T20:00" } },
      reason: "a test",
    }),
  },
  "events.v1.EventService/MergeEvents": {
    as: "operator",
    request: ({ twin, eventId }) => ({ eventId: twin.id, intoEventId: eventId, reason: "a test" }),
  },
  "events.v1.EventService/CancelEvent": {
    as: "operator",
    request: ({ calledOff }) => ({ eventId: calledOff.id, version: 1n, reason: "a test" }),
  },
  "tickets.internal.v1.TicketLockService/ListOrdersOfEvent": {
    as: "workflows",
    request: ({ calledOff }) => ({ eventId: calledOff.id }),
  },

  "events.internal.v1.EventDirectoryService/ResolveEvent": {
    as: "tickets",
    request: ({ listing }) => ({ ...listing.event, category: listing.category }),
  },

  "tickets.internal.v1.TicketLockService/LockTicket": {
    as: "orders",
    request: ({ lock, lockBuyerId, price }) => ({ ...lock, buyerId: lockBuyerId, expectedPrice: price }),
    late: "LOCK_LAPSED",
  },
  "tickets.internal.v1.TicketLockService/UnlockTicket": {
    as: "workflows",
    request: ({ lock }) => ({ ...lock, reason: TicketUnlockReason.CANCELLED }),
  },

  "payments.internal.v1.PaymentLifecycleService/VoidPayment": {
    as: "workflows",
    before: ({ buyer, voided }) => open(buyer, voided),
    request: purchaseOf("voided"),
  },
  "orders.internal.v1.OrderLifecycleService/CancelOrder": {
    as: "workflows",
    request: (scene) => ({ ...purchaseOf("voided")(scene), reason: CancellationReason.BUYER }),
  },
  "orders.internal.v1.OrderLifecycleService/ExpireOrder": {
    as: "workflows",
    before: ({ buyer, expired }) => open(buyer, expired),
    request: purchaseOf("expired"),
  },
  "orders.v1.OrderService/CancelOrder": {
    as: "buyer",
    before: ({ buyer, cancelled }) => open(buyer, cancelled),
    request: purchaseOf("cancelled"),
    wish: { orderId: ({ cancelled }) => cancelled.orderId, becomes: OrderStatus.CANCELLED },
  },

  "orders.internal.v1.OrderLifecycleService/EndForEvent": {
    as: "workflows",
    before: ({ buyer, calledOffOrder }) => open(buyer, calledOffOrder),
    request: purchaseOf("calledOffOrder"),
    wish: { orderId: ({ calledOffOrder }) => calledOffOrder.orderId, becomes: OrderStatus.CANCELLED },
  },

  "orders.v1.OrderService/CreateOrder": { as: "buyer", request: ({ sold }) => sold.request },
  "payments.v1.PaymentService/StartPayment": { as: "buyer", request: sold, late: "ORDER_ENDED" },
  "tickets.internal.v1.TicketLockService/SellTicket": {
    as: "workflows",
    request: soldTicket,
    late: "LOCK_LOST",
  },
  // Complete before the money is held: its workflow finds nothing left to do, and the next calls are the first.
  "orders.internal.v1.OrderLifecycleService/CompleteOrder": { as: "workflows", request: sold },
  "payments.internal.v1.PaymentLifecycleService/ReadPayment": {
    as: "workflows",
    before: ({ sold }, { mesh }) => authorize(mesh, sold),
    request: (scene) => ({ ...sold(scene), fresh: true }),
  },
  "payments.internal.v1.PaymentLifecycleService/CapturePayment": { as: "workflows", request: sold },
  "payments.internal.v1.PaymentLifecycleService/ReadCharge": { as: "workflows", request: sold },
  "payments.internal.v1.PaymentLifecycleService/RefundPayment": { as: "workflows", request: sold },
  "tickets.internal.v1.TicketLockService/RelistTicket": { as: "workflows", request: soldTicket },
  "orders.internal.v1.OrderLifecycleService/MarkRefunded": { as: "workflows", request: sold },

  "deliveries.v1.DeliveryService/DeliverTicket": {
    as: "seller",
    request: (scene) => ({
      ...delivered(scene),
      content: { case: "link", value: "https://tickets.example/1" },
    }),
  },
  "deliveries.v1.DeliveryService/RemoveTicketFile": { as: "seller", request: soldTicketFile },
  "orders.internal.v1.OrderLifecycleService/OpenTicket": {
    as: "deliveries",
    request: (scene) => ({ ...delivered(scene), buyerId: scene.buyer.userId }),
  },
  "deliveries.v1.DeliveryService/ConfirmDelivery": { as: "buyer", request: delivered },
  "cases.v1.CaseService/OpenCase": {
    as: "buyer",
    request: (scene) => ({ ...delivered(scene), kind: CaseKind.INVALID, text: "It did not admit" }),
  },
  "cases.v1.CaseService/AddEvidence": {
    as: "seller",
    request: (scene) => ({ ...complaint(scene), text: "It was as new" }),
  },

  "orders.v1.OrderService/RequestRefund": {
    as: "buyer",
    request: refunded,
    wish: { orderId: ({ refunded }) => refunded.orderId, becomes: OrderStatus.REFUNDED },
  },
  "orders.internal.v1.OrderLifecycleService/RefuseRefund": {
    as: "workflows",
    request: (scene) => ({ ...refunded(scene), reason: RefundRefusalReason.REFUND_FAILED }),
  },
  "payments.internal.v1.PaymentLifecycleService/ReleaseIntent": {
    as: "workflows",
    request: ({ strayIntent }) => ({ intentId: strayIntent }),
  },
};

const page = () => ({ pageSize: 100 });
const named = (...ids: string[]) => ({ selection: { selection: { case: "named", value: { ids } } } });
const listed = ({ listing }: RepeatScene) => ({ filter: { query: listing.title } });

/** What only reads, asked when the story is over. */
export const repeatedReads: Readonly<Record<string, RepeatedRead>> = {
  "auth.v1.AuthService/GetCurrentUser": { as: "buyer", request: () => ({}) },
  "operations.v1.OperationsService/ListAuditLog": {
    as: "operator",
    request: ({ suspect }) => ({ subjectId: suspect.userId }),
    steady: () => "",
  },
  "auth.v1.AuthService/FindUser": { as: "operator", request: ({ suspect }) => ({ query: suspect.userId }) },
  "tickets.v1.TicketService/GetTicket": { as: "anonymous", request: ({ listed }) => ({ ticketId: listed }) },
  "tickets.v1.TicketService/ListMyTickets": { as: "seller", request: page },
  "tickets.internal.v1.TicketLockService/ListTickets": {
    as: "workflows",
    request: ({ listed, sold }) => named(listed, sold.ticket.id),
  },
  "events.internal.v1.EventDirectoryService/FindEvent": {
    as: "tickets",
    request: ({ twin }) => ({ eventId: twin.id }),
  },
  "orders.v1.OrderService/GetOrder": { as: "buyer", request: sold },
  "orders.v1.OrderService/WatchOrder": { as: "seller", request: sold },
  "orders.v1.OrderService/ListMyOrders": { as: "buyer", request: page },
  "orders.v1.OrderService/ListMySales": { as: "seller", request: page },
  "orders.v1.OrderService/ListCurrencies": { as: "anonymous", request: () => ({}) },
  "orders.v1.OrderService/QuoteEarnings": {
    as: "anonymous",
    request: ({ sold }) => ({ price: sold.ticket.price }),
  },
  "orders.v1.OrderService/CountEventOrders": {
    as: "operator",
    request: ({ twin }) => ({ eventId: twin.id }),
  },
  "orders.internal.v1.OrderLifecycleService/ReadOrder": { as: "workflows", request: sold },
  "orders.internal.v1.OrderLifecycleService/ListOrders": {
    as: "workflows",
    request: ({ sold, voided }) => named(sold.orderId, voided.orderId),
  },
  "orders.internal.v1.OrderLifecycleService/ListOverdueOrders": {
    as: "workflows",
    // Long ago: an order that falls due during the test ends between two answers.
    request: () => ({ ...page(), dueBefore: timestampFromDate(new Date(Date.now() - 3_600_000)) }),
  },
  "deliveries.v1.DeliveryService/GetDelivery": { as: "buyer", request: delivered },
  "deliveries.v1.DeliveryService/GetTicketFile": { as: "seller", request: soldTicketFile },
  "tickets.internal.v1.TicketLockService/ReadTicket": { as: "deliveries", request: soldTicketFile },
  "deliveries.v1.DeliveryService/ListDeliveriesDue": { as: "seller", request: page },
  "cases.v1.CaseService/ListCases": { as: "seller", request: page },
  "cases.v1.CaseService/GetCase": { as: "buyer", request: complaint },
  "cases.v1.CaseService/GetOrderCases": { as: "buyer", request: delivered },
  "cases.v1.CaseService/GetDisputedSale": { as: "operator", request: complaint },
  "cases.internal.v1.CaseLifecycleService/ReadCase": { as: "workflows", request: complaint },
  "payments.v1.PaymentService/GetPayment": { as: "buyer", request: sold },
  "payouts.v1.PayoutService/ListEarnings": { as: "seller", request: page },
  "payouts.v1.PayoutService/GetEarning": { as: "seller", request: sold },
  "payouts.v1.PayoutService/ListFrozenEarnings": { as: "operator", request: page },
  "payouts.internal.v1.PayoutLifecycleService/ListEarnings": {
    as: "workflows",
    request: ({ sold }) => named(sold.orderId),
  },
  "payouts.internal.v1.PayoutLifecycleService/ReadEarning": { as: "workflows", request: sold },
  "payouts.internal.v1.PayoutLifecycleService/ReadBooks": {
    as: "workflows",
    request: ({ sold }) => ({ orderIds: [sold.orderId] }),
  },
  "deliveries.internal.v1.DeliveryLifecycleService/ReadDelivery": { as: "workflows", request: delivered },
  "payments.internal.v1.PaymentLifecycleService/ListPayments": {
    as: "workflows",
    request: ({ sold, voided }) => named(sold.orderId, voided.orderId),
  },
  "payments.internal.v1.PaymentLifecycleService/ListIntents": {
    as: "workflows",
    request: ({ strayIntent }) => named(strayIntent),
  },
  "payments.internal.v1.PaymentLifecycleService/ListMovements": {
    as: "workflows",
    request: ({ strayIntent }) => named(strayIntent),
  },
  "payments.internal.v1.PaymentLifecycleService/ListCharges": {
    as: "workflows",
    request: ({ sold, voided }) => named(sold.orderId, voided.orderId),
  },
  "catalog.v1.CatalogService/SearchTickets": { as: "anonymous", request: listed },
  "catalog.v1.CatalogService/ListEvents": { as: "anonymous", request: listed },
  "catalog.v1.CatalogService/ListFacets": { as: "anonymous", request: listed },
  "catalog.v1.CatalogService/DescribeEvent": {
    as: "anonymous",
    request: ({ sold, listed }) => ({
      eventId: searchedEventId(sold.ticket.event),
      seen: { ticketId: listed },
    }),
  },
  "catalog.v1.CatalogService/SuggestEvents": {
    as: "anonymous",
    request: ({ twin }) => ({ query: twin.title }),
  },
  "catalog.v1.CatalogService/WatchTickets": {
    as: "anonymous",
    request: ({ listed }) => ({ ticketIds: [listed] }),
  },
  "events.v1.EventService/GetVenue": { as: "anonymous", request: ({ venueId }) => ({ venueId }) },
  "events.v1.EventService/GetEvent": { as: "anonymous", request: ({ twin }) => ({ eventId: twin.id }) },
  ...underBothNames<RepeatedRead>({
    GetOverview: {
      as: "operator",
      request: () => ({}),
      steady: ({ deadLetters = null, disputes = null }) => ({ deadLetters, disputes }),
    },
    ListOrders: {
      as: "operator",
      request: () => ({ ...page(), status: OrderStatus.REFUNDED }),
    },
    ListDeadLetters: { as: "operator", request: page },
  }),
};

/** What another test repeats, because it takes more than a call, or is not to be repeated: the test's file and name. */
export const repeatedElsewhere: Readonly<Record<string, readonly [file: string, test: string]>> = {
  ...underBothNames<readonly [string, string]>({
    ReplayDeadLetter: [
      "runtime/src/events/events.spec.ts",
      "that break their contract are set aside, listed with the reason, and replayed",
    ],
  }),
  // Each call returns a page that opens once.
  "payouts.v1.PayoutService/StartOnboarding": [
    "services/payouts/src/payout-service.spec.ts",
    "opens one account however often it is asked, and a page of its own each time",
  ],
  "payouts.v1.PayoutService/FreezeEarning": [
    "services/payouts/src/freeze-by-hand.spec.ts",
    "is kept once however often it is asked, and kept anew after that has ended",
  ],
  "payouts.v1.PayoutService/UnfreezeEarning": [
    "services/payouts/src/freeze-by-hand.spec.ts",
    "is kept once however often it is asked, and kept anew after that has ended",
  ],
  "payouts.v1.PayoutService/AgreeToUnfreeze": [
    "services/payouts/src/freeze-by-hand.spec.ts",
    "is proposed and agreed to once however often that is asked",
  ],
  "payouts.internal.v1.PayoutLifecycleService/TransferEarning": [
    "services/payouts/src/move-money.spec.ts",
    "brings the seller the price less the fee, out of the buyer's charge, once however often it is asked",
  ],
  "payouts.internal.v1.PayoutLifecycleService/RecoverEarning": [
    "services/payouts/src/move-money.spec.ts",
    "is taken back once, also if the answer is lost, and not before the buyer has the money",
  ],
  "payouts.internal.v1.PayoutLifecycleService/HoldForRefund": [
    "services/payouts/src/earning.spec.ts",
    "that is announced once more changes nothing",
  ],
  "payouts.internal.v1.PayoutLifecycleService/HoldForCase": [
    "services/payouts/src/earning-cases.spec.ts",
    "that is held once more changes nothing",
  ],
  "payouts.internal.v1.PayoutLifecycleService/EndCase": [
    "services/payouts/src/earning-cases.spec.ts",
    "that has ended holds nothing, however late the news of its beginning come",
  ],
  "payouts.internal.v1.PayoutLifecycleService/BlockEarning": [
    "services/payouts/src/earning.spec.ts",
    "that is kept by the same once more stays as it is",
  ],
  "payouts.internal.v1.PayoutLifecycleService/ReduceEarning": [
    "services/payouts/src/earning-parts.spec.ts",
    "counts once, however often it is told of",
  ],
  "payouts.internal.v1.PayoutLifecycleService/EndPart": [
    "services/payouts/src/earning-parts.spec.ts",
    "counts once, however often it is told of",
  ],
  "payments.internal.v1.PaymentLifecycleService/RefundPart": [
    "services/payments/src/refund-part.spec.ts",
    "goes back once, however often it is asked for (fault: %s)",
  ],
  "orders.internal.v1.OrderLifecycleService/RecordPartRefund": [
    "services/orders/src/order.spec.ts",
    "counts each part of the price that went back once, and stays complete",
  ],
  "orders.internal.v1.OrderLifecycleService/RefundForCase": [
    "services/orders/src/order.spec.ts",
    "is asked for once for each decision",
  ],
  // What was decided is done at once, by a workflow.
  "cases.v1.CaseService/DecideCase": [
    "services/cases/src/case-service.spec.ts",
    "is decided by an operator alone up to the limit, and above it by two",
  ],
  "cases.v1.CaseService/AgreeToDecision": [
    "services/cases/src/case-service.spec.ts",
    "is decided by an operator alone up to the limit, and above it by two",
  ],
  "cases.internal.v1.CaseLifecycleService/CloseCase": [
    "services/cases/src/case.spec.ts",
    "is closed and reopened by its decision alone",
  ],
  // There is something to submit only while a bank disputes a charge.
  "payments.internal.v1.PaymentLifecycleService/SubmitEvidence": [
    "services/payments/src/evidence-actions.spec.ts",
    "is kept as a draft that can be changed, and submitted once",
  ],
  "payments.internal.v1.PaymentLifecycleService/AcceptDispute": [
    "services/payments/src/accept-loss.spec.ts",
    "is accepted once, and what was a draft is dropped",
  ],
  "cases.v1.CaseService/SubmitEvidence": [
    "services/cases/src/bank-answer.spec.ts",
    "is submitted early by an operator who takes no part in it, once",
  ],
  "cases.internal.v1.CaseLifecycleService/CloseEvidence": [
    "services/cases/src/bank-answer.spec.ts",
    "takes nothing more once it is submitted",
  ],
  "cases.internal.v1.CaseLifecycleService/ReopenCase": [
    "services/cases/src/case.spec.ts",
    "is closed and reopened by its decision alone",
  ],
  // A repeat is answered EMAIL_TAKEN, as it is to every caller there.
  "auth.v1.AuthService/SignUp": [
    "tests/security/access-matrix.ts",
    "holds: nobody reads or changes what is another's",
  ],
  // Each call allows one more upload.
  "deliveries.v1.DeliveryService/StartUpload": [
    "services/deliveries/src/delivery-service.spec.ts",
    "is uploaded so often within an hour, and then again",
  ],
  "deliveries.v1.DeliveryService/StartTicketUpload": [
    "services/deliveries/src/ticket-file-service.spec.ts",
    "is uploaded anew by each call, and attached once however often it is asked",
  ],
  "deliveries.v1.DeliveryService/AttachTicketFile": [
    "services/deliveries/src/ticket-file-service.spec.ts",
    "is uploaded anew by each call, and attached once however often it is asked",
  ],
  // Each call is one more opening.
  "deliveries.v1.DeliveryService/OpenTicket": [
    "services/deliveries/src/delivery-service.spec.ts",
    "is recorded at each opening, and shown to both",
  ],
  // Each call begins a session of its own.
  "auth.v1.AuthService/SignIn": [
    "services/auth/src/auth-service.spec.ts",
    "gets its tokens in cookies, and never in a message",
  ],
  "auth.v1.AuthService/IssueToken": [
    "services/auth/src/auth-service.spec.ts",
    "whose refresh token was used twice has lost its session, with every token of it",
  ],
  "auth.v1.AuthService/RefreshSession": [
    "services/auth/src/session.spec.ts",
    "goes on while answers are lost, as long as each repeat comes within 30 seconds of the last",
  ],
};
