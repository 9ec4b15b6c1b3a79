import { randomUUID } from "node:crypto";
import { create, type DescField, type DescMethod, hasOption } from "@bufbuild/protobuf";
import {
  field as fieldRules,
  ViolationsSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorInfoSchema } from "@ticketing/proto/google/rpc/error_details";
import type { PublicReason } from "@ticketing/proto/reason";
import { DomainError, ERROR_DOMAIN } from "@ticketing/runtime/process/domain-error";
import { bearer } from "../support/clients.ts";
import { EVENT_START, newEvent } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import { methodsByName } from "./access-matrix.ts";
import { publicRules, type Stage } from "./access-rules.ts";
import type { Account, World } from "./attacked-mesh.ts";
import type { Init } from "./contracts.ts";
import { underBothNames } from "./operations-rows.ts";
import { answerOf } from "./repeat-callers.ts";

const short = { requestId: "1" };
const noTicket = () => ({ ticketId: randomUUID() });
const noOrder = () => ({ orderId: randomUUID() });
const noCase = () => ({ caseId: randomUUID() });
const decidedOrder = () => ({ ...noOrder(), reason: "a test" });
const noEvent = () => ({ eventId: randomUUID() });
const noPage = { pageSize: -1 };
const decided = { userId: randomUUID(), version: 1n, reason: "a test" };

/** For each RPC whose contract has rules: a request that breaks one, and the field that it breaks. */
const broken: Readonly<Record<string, readonly [request: Init, field: string]>> = {
  "auth.v1.AuthService/SignUp": [{ email: "nobody" }, "email"],
  "auth.v1.AuthService/SignIn": [{}, "email"],
  "auth.v1.AuthService/SignOut": [{ refreshToken: "x".repeat(201) }, "refresh_token"],
  "auth.v1.AuthService/IssueToken": [{}, "grant"],
  "auth.v1.AuthService/FindUser": [{}, "query"],
  "auth.v1.AuthService/SuspendUser": [{ ...decided, reason: "" }, "reason"],
  "auth.v1.AuthService/ReinstateUser": [{ ...decided, version: 0n }, "version"],
  "tickets.v1.TicketService/CreateTicket": [short, "request_id"],
  "tickets.v1.TicketService/GetTicket": [{ ticketId: "1" }, "ticket_id"],
  "tickets.v1.TicketService/ListMyTickets": [noPage, "page_size"],
  "tickets.v1.TicketService/UpdateTicket": [short, "request_id"],
  "tickets.v1.TicketService/WithdrawTicket": [{}, "version"],
  "tickets.v1.TicketService/TakeDownTicket": [{ ticketId: randomUUID() }, "reason"],
  "orders.v1.OrderService/CreateOrder": [short, "expected_price"],
  "orders.v1.OrderService/GetOrder": [{}, "order_id"],
  "orders.v1.OrderService/CancelOrder": [{}, "order_id"],
  "orders.v1.OrderService/RequestRefund": [{}, "order_id"],
  "orders.v1.OrderService/ListMyOrders": [noPage, "page_size"],
  "orders.v1.OrderService/ListMySales": [noPage, "page_size"],
  "orders.v1.OrderService/WatchOrder": [{}, "order_id"],
  "deliveries.v1.DeliveryService/GetDelivery": [{}, "order_id"],
  "deliveries.v1.DeliveryService/ListDeliveriesDue": [noPage, "page_size"],
  "deliveries.v1.DeliveryService/StartUpload": [{ orderId: randomUUID(), bytes: 10_485_761n }, "bytes"],
  "deliveries.v1.DeliveryService/DeliverTicket": [
    { orderId: randomUUID(), content: { case: "link", value: "x".repeat(2001) } },
    "link",
  ],
  "deliveries.v1.DeliveryService/OpenTicket": [{}, "order_id"],
  "deliveries.v1.DeliveryService/ConfirmDelivery": [{}, "order_id"],
  "deliveries.v1.DeliveryService/GetTicketFile": [{}, "ticket_id"],
  "deliveries.v1.DeliveryService/StartTicketUpload": [{ ...noTicket(), bytes: 10_485_761n }, "bytes"],
  "deliveries.v1.DeliveryService/AttachTicketFile": [noTicket(), "upload_id"],
  "deliveries.v1.DeliveryService/RemoveTicketFile": [{}, "ticket_id"],
  "orders.v1.OrderService/QuoteEarnings": [{}, "price"],
  "orders.v1.OrderService/CountEventOrders": [{}, "event_id"],
  "payments.v1.PaymentService/StartPayment": [{}, "order_id"],
  "payments.v1.PaymentService/GetPayment": [{}, "order_id"],
  "payouts.v1.PayoutService/ListEarnings": [noPage, "page_size"],
  "cases.v1.CaseService/OpenCase": [{}, "order_id"],
  "cases.v1.CaseService/AddEvidence": [{}, "case_id"],
  "cases.v1.CaseService/ListCases": [noPage, "page_size"],
  "cases.v1.CaseService/GetCase": [{}, "case_id"],
  "cases.v1.CaseService/GetOrderCases": [{}, "order_id"],
  "cases.v1.CaseService/GetDisputedSale": [{}, "case_id"],
  "cases.v1.CaseService/DecideCase": [{}, "ruling"],
  "cases.v1.CaseService/AgreeToDecision": [{}, "version"],
  "cases.v1.CaseService/SubmitEvidence": [{}, "case_id"],
  "payouts.v1.PayoutService/GetEarning": [{}, "order_id"],
  "payouts.v1.PayoutService/FreezeEarning": [noOrder(), "reason"],
  "payouts.v1.PayoutService/UnfreezeEarning": [noOrder(), "reason"],
  "payouts.v1.PayoutService/AgreeToUnfreeze": [noOrder(), "version"],
  "payouts.v1.PayoutService/ListFrozenEarnings": [noPage, "page_size"],
  "catalog.v1.CatalogService/SearchTickets": [noPage, "page_size"],
  "catalog.v1.CatalogService/ListEvents": [noPage, "page_size"],
  "catalog.v1.CatalogService/DescribeEvent": [{ eventId: "x".repeat(65) }, "event_id"],
  "catalog.v1.CatalogService/SuggestEvents": [noPage, "page_size"],
  "catalog.v1.CatalogService/WatchTickets": [{}, "ticket_ids"],
  "events.v1.EventService/ProposeVenue": [short, "request_id"],
  "events.v1.EventService/GetVenue": [{}, "venue_id"],
  "events.v1.EventService/ProposeEvent": [short, "start"],
  "events.v1.EventService/GetEvent": [{}, "event_id"],
  "events.v1.EventService/RescheduleEvent": [{ ...noEvent(), version: 1n, start: EVENT_START }, "reason"],
  "events.v1.EventService/CancelEvent": [{ ...noEvent(), version: 1n }, "reason"],
  "events.v1.EventService/MergeEvents": [{ ...noEvent(), intoEventId: randomUUID() }, "reason"],
  "operations.v1.OperationsService/ListAuditLog": [noPage, "page_size"],
  ...underBothNames<readonly [Init, string]>({
    ListOrders: [noPage, "page_size"],
    ListDeadLetters: [noPage, "page_size"],
    ReplayDeadLetter: [{}, "sequence"],
  }),
};

/** For each RPC that names one thing: a name of nothing, and the reason. */
const missing: Readonly<Record<string, readonly [request: () => Init, reason: PublicReason]>> = {
  "auth.v1.AuthService/FindUser": [() => ({ query: randomUUID() }), "USER_NOT_FOUND"],
  "auth.v1.AuthService/SuspendUser": [() => decided, "USER_NOT_FOUND"],
  "auth.v1.AuthService/ReinstateUser": [() => decided, "USER_NOT_FOUND"],
  "tickets.v1.TicketService/GetTicket": [() => ({ ticketId: randomUUID() }), "TICKET_NOT_FOUND"],
  "tickets.v1.TicketService/UpdateTicket": [
    () => ({ ticketId: randomUUID(), version: 1n }),
    "TICKET_NOT_FOUND",
  ],
  "tickets.v1.TicketService/WithdrawTicket": [
    () => ({ ticketId: randomUUID(), version: 1n }),
    "TICKET_NOT_FOUND",
  ],
  "tickets.v1.TicketService/TakeDownTicket": [
    () => ({ ticketId: randomUUID(), reason: "a test" }),
    "TICKET_NOT_FOUND",
  ],
  "orders.v1.OrderService/CreateOrder": [
    () => ({
      requestId: randomUUID(),
      ticketId: randomUUID(),
      expectedPrice: { minorUnits: 100n, currency: "USD" },
    }),
    "TICKET_NOT_FOUND",
  ],
  "orders.v1.OrderService/GetOrder": [noOrder, "ORDER_NOT_FOUND"],
  "orders.v1.OrderService/CancelOrder": [noOrder, "ORDER_NOT_FOUND"],
  "orders.v1.OrderService/RequestRefund": [noOrder, "ORDER_NOT_FOUND"],
  "orders.v1.OrderService/WatchOrder": [noOrder, "ORDER_NOT_FOUND"],
  "deliveries.v1.DeliveryService/GetDelivery": [noOrder, "DELIVERY_NOT_FOUND"],
  "deliveries.v1.DeliveryService/StartUpload": [() => ({ ...noOrder(), bytes: 1n }), "DELIVERY_NOT_FOUND"],
  "deliveries.v1.DeliveryService/DeliverTicket": [
    () => ({ ...noOrder(), content: { case: "transferNote", value: "In the app" } }),
    "DELIVERY_NOT_FOUND",
  ],
  "deliveries.v1.DeliveryService/OpenTicket": [noOrder, "DELIVERY_NOT_FOUND"],
  "deliveries.v1.DeliveryService/ConfirmDelivery": [noOrder, "DELIVERY_NOT_FOUND"],
  "deliveries.v1.DeliveryService/GetTicketFile": [noTicket, "TICKET_NOT_FOUND"],
  "deliveries.v1.DeliveryService/StartTicketUpload": [
    () => ({ ...noTicket(), bytes: 1n }),
    "TICKET_NOT_FOUND",
  ],
  "deliveries.v1.DeliveryService/AttachTicketFile": [
    () => ({ ...noTicket(), uploadId: randomUUID() }),
    "TICKET_NOT_FOUND",
  ],
  "deliveries.v1.DeliveryService/RemoveTicketFile": [noTicket, "TICKET_NOT_FOUND"],
  "payments.v1.PaymentService/StartPayment": [noOrder, "ORDER_NOT_FOUND"],
  "payments.v1.PaymentService/GetPayment": [noOrder, "ORDER_NOT_FOUND"],
  "payouts.v1.PayoutService/GetEarning": [noOrder, "EARNING_NOT_FOUND"],
  "payouts.v1.PayoutService/FreezeEarning": [decidedOrder, "EARNING_NOT_FOUND"],
  "payouts.v1.PayoutService/UnfreezeEarning": [decidedOrder, "EARNING_NOT_FOUND"],
  "payouts.v1.PayoutService/AgreeToUnfreeze": [() => ({ ...noOrder(), version: 1n }), "EARNING_NOT_FOUND"],
  "cases.v1.CaseService/OpenCase": [
    () => ({ ...noOrder(), kind: 1, text: "It never came" }),
    "ORDER_NOT_FOUND",
  ],
  "cases.v1.CaseService/AddEvidence": [() => ({ ...noCase(), text: "It never came" }), "CASE_NOT_FOUND"],
  "cases.v1.CaseService/GetCase": [noCase, "CASE_NOT_FOUND"],
  "cases.v1.CaseService/GetOrderCases": [noOrder, "ORDER_NOT_FOUND"],
  "cases.v1.CaseService/GetDisputedSale": [noCase, "CASE_NOT_FOUND"],
  "cases.v1.CaseService/DecideCase": [
    () => ({ ...noCase(), ruling: 1, reason: "It never came" }),
    "CASE_NOT_FOUND",
  ],
  "cases.v1.CaseService/AgreeToDecision": [() => ({ ...noCase(), version: 1n }), "CASE_NOT_FOUND"],
  "cases.v1.CaseService/SubmitEvidence": [noCase, "CASE_NOT_FOUND"],
  "events.v1.EventService/GetVenue": [() => ({ venueId: randomUUID() }), "VENUE_NOT_FOUND"],
  "events.v1.EventService/ProposeEvent": [() => newEvent(randomUUID()), "VENUE_NOT_FOUND"],
  "events.v1.EventService/GetEvent": [noEvent, "EVENT_NOT_FOUND"],
  "events.v1.EventService/RescheduleEvent": [
    () => ({ ...noEvent(), version: 1n, start: EVENT_START, reason: "a test" }),
    "EVENT_NOT_FOUND",
  ],
  "events.v1.EventService/CancelEvent": [
    () => ({ ...noEvent(), version: 1n, reason: "a test" }),
    "EVENT_NOT_FOUND",
  ],
  "events.v1.EventService/MergeEvents": [
    () => ({ ...noEvent(), intoEventId: randomUUID(), reason: "a test" }),
    "EVENT_NOT_FOUND",
  ],
  ...underBothNames<readonly [request: () => Init, reason: PublicReason]>({
    ReplayDeadLetter: [() => ({ sequence: 999_999n }), "DEAD_LETTER_NOT_FOUND"],
  }),
};

const hasRules = (field: DescField) => hasOption(field, fieldRules);

/** Each RPC called wrongly, in each protocol: a client can tell what was wrong as the README says. */
export function wrongCalls(world: () => World): void {
  describe("a wrong call", () => {
    let methods: Map<string, DescMethod>;
    beforeAll(async () => {
      methods = await methodsByName();
    });

    /** How the call fails, by protocol. */
    async function failures(name: string, request: Init, caller?: Pick<Account, "accessToken">) {
      const method = methods.get(name);
      if (!method) throw new Error(`no such RPC: ${name}`);
      const interceptors = caller ? [bearer(() => caller.accessToken)] : [];
      const baseUrl = world().gateway;
      const protocols: Record<string, Transport> = {
        gRPC: createGrpcTransport({ baseUrl, interceptors }),
        "gRPC-Web": createGrpcWebTransport({ baseUrl, httpVersion: "1.1", interceptors }),
        Connect: createConnectTransport({ baseUrl, httpVersion: "1.1", interceptors }),
      };
      const failed: [string, ConnectError][] = [];
      for (const [protocol, transport] of Object.entries(protocols)) {
        const client = createClient(method.parent, transport);
        const answer = await answerOf(client, method, create(method.input, request)).then(
          () => new ConnectError("was answered", Code.Unknown),
          ConnectError.from,
        );
        failed.push([`${name} by ${protocol}`, answer]);
      }
      return failed;
    }

    async function reasoned(
      name: string,
      request: Init,
      reason: PublicReason,
      caller?: Pick<Account, "accessToken">,
    ) {
      const failed = await failures(name, request, caller);
      for (const [call, error] of failed) {
        const infos = error.findDetails(ErrorInfoSchema).map(({ domain, reason }) => ({ domain, reason }));
        const told = { call, code: Code[error.code], infos };
        const { code } = new DomainError(reason, "");
        expect(told).toEqual({ call, code: Code[code], infos: [{ domain: ERROR_DOMAIN, reason }] });
      }
      return failed.length;
    }

    it("that breaks a rule of its contract gets the rule and the field", async () => {
      const ruled = Object.keys(publicRules).filter((name) => {
        const input = methods.get(name)?.input;
        return input?.fields.some((field) => hasRules(field) || field.oneof !== undefined);
      });
      expect(Object.keys(broken).sort()).toEqual(ruled.sort());
      await reported("RPCs called against their rules", async () => {
        let calls = 0;
        for (const [name, [request, field]] of Object.entries(broken)) {
          for (const [call, error] of await failures(name, request, world().operator)) {
            const violations = error.findDetails(ViolationsSchema).flatMap(({ violations }) => violations);
            const fields = violations.map(({ field: path }) => path?.elements[0]?.fieldName);
            const told = { call, code: Code[error.code], infos: error.findDetails(ErrorInfoSchema).length };
            expect({ ...told, fields }).toEqual({
              ...{ call, code: "InvalidArgument", infos: 0 },
              fields: expect.arrayContaining([field]),
            });
            expect(violations.every(({ ruleId, message }) => ruleId !== "" && message !== "")).toBe(true);
            calls++;
          }
        }
        return calls;
      });
    });

    it("without a session, or with a forged token, is refused as unauthenticated", async () => {
      const { lock, list } = world();
      const { ticket: held, order } = await lock();
      const stage: Stage = { world: world(), held, order, free: await list(), delivered: order };
      await reported("RPCs called without a session", async () => {
        let calls = 0;
        for (const [name, { request, verdict }] of Object.entries(publicRules)) {
          if (verdict.anonymous !== "UNAUTHENTICATED") continue;
          calls += await reasoned(name, request(stage, "anonymous"), "UNAUTHENTICATED");
          calls += await reasoned(name, request(stage, "anonymous"), "INVALID_TOKEN", {
            accessToken: "a.b.c",
          });
        }
        return calls;
      });
    });

    it("for an unknown id is refused as not found", async () => {
      await reported("RPCs called for nothing", async () => {
        let calls = 0;
        for (const [name, [request, reason]] of Object.entries(missing)) {
          calls += await reasoned(name, request(), reason, world().operator);
        }
        return calls;
      });
    });
  });
}
