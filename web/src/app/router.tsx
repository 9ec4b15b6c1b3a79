import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type SearchSchemaInput,
} from "@tanstack/react-router";
import { type Complete, parseSearch, stringifySearch, wayBack } from "../address/address.ts";
import { type BrowseSearch, browseSearch, type EventSearch, eventSearch } from "../browse/search.ts";
import { Crash } from "./crash.tsx";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";
import { Waiting } from "./waiting.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Crash });
const parent = { getParentRoute: () => root };

type Raw<Search> = Search & SearchSchemaInput;

/** Where to go after signing in, or nothing. */
const comingFrom = ({ from }: Raw<{ from?: string | undefined }>): Complete<{ from?: string }> => ({
  from: wayBack(from),
});

/** An id, or nothing; a service says whether there is such a thing. */
const id = (value: unknown) => (typeof value === "string" && value.length <= 64 ? value : undefined);

/** The ticket whose listing is copied into the form for a new one, or nothing. */
const likeAnother = ({ like }: Raw<{ like?: string | undefined }>): Complete<{ like?: string }> => ({
  like: id(like),
});

/** Whose acts operators look at, and on what. */
const shownActs = ({
  about,
  by,
}: Raw<{ about?: string | undefined; by?: string | undefined }>): Complete<{
  about?: string;
  by?: string;
}> => ({ about: id(about), by: id(by) });

/** The event that operators look at, and the one that it may be merged with. */
const shownEvents = ({
  event,
  other,
}: Raw<{ event?: string | undefined; other?: string | undefined }>): Complete<{
  event?: string;
  other?: string;
}> => ({ event: id(event), other: id(other) });

const browse = createRoute({
  ...parent,
  path: "/",
  validateSearch: (raw: Raw<BrowseSearch>) => browseSearch({ ...raw }),
  component: lazyRouteComponent(() => import("../browse/browse-screen.tsx"), "BrowseScreen"),
});
const event = createRoute({
  ...parent,
  path: "/events/$eventId",
  validateSearch: (raw: Raw<EventSearch>) => eventSearch({ ...raw }),
  component: lazyRouteComponent(() => import("../browse/event-screen.tsx"), "EventScreen"),
});
const ticket = createRoute({
  ...parent,
  path: "/tickets/$ticketId",
  component: lazyRouteComponent(() => import("../ticket/ticket-screen.tsx"), "TicketScreen"),
});
const checkout = createRoute({
  ...parent,
  path: "/checkout/$orderId",
  component: lazyRouteComponent(() => import("../checkout/checkout-screen.tsx"), "CheckoutScreen"),
});
const sell = createRoute({
  ...parent,
  path: "/sell",
  component: lazyRouteComponent(() => import("../sell/sell-screen.tsx"), "SellScreen"),
});
const newTicket = createRoute({
  ...parent,
  path: "/sell/new",
  validateSearch: likeAnother,
  component: lazyRouteComponent(() => import("../sell/new-ticket-screen.tsx"), "NewTicketScreen"),
});
const editTicket = createRoute({
  ...parent,
  path: "/sell/$ticketId",
  component: lazyRouteComponent(() => import("../sell/edit-ticket-screen.tsx"), "EditTicketScreen"),
});
const orders = createRoute({
  ...parent,
  path: "/orders",
  component: lazyRouteComponent(() => import("../orders/orders-screen.tsx"), "OrdersScreen"),
});
const order = createRoute({
  ...parent,
  path: "/orders/$orderId",
  component: lazyRouteComponent(() => import("../orders/order-screen.tsx"), "OrderScreen"),
});
const sales = createRoute({
  ...parent,
  path: "/sales",
  component: lazyRouteComponent(() => import("../orders/sales-screen.tsx"), "SalesScreen"),
});
const getPaid = createRoute({
  ...parent,
  path: "/get-paid",
  component: lazyRouteComponent(() => import("../payouts/get-paid-screen.tsx"), "GetPaidScreen"),
});
const earnings = createRoute({
  ...parent,
  path: "/earnings",
  component: lazyRouteComponent(() => import("../payouts/earnings-screen.tsx"), "EarningsScreen"),
});
const oneCase = createRoute({
  ...parent,
  path: "/cases/$caseId",
  component: lazyRouteComponent(() => import("../cases/case-screen.tsx"), "CaseScreen"),
});
const account = createRoute({
  ...parent,
  path: "/account",
  component: lazyRouteComponent(() => import("../account/account-screen.tsx"), "AccountScreen"),
});
const signIn = createRoute({
  ...parent,
  path: "/sign-in",
  validateSearch: comingFrom,
  component: lazyRouteComponent(() => import("../account/sign-in-screen.tsx"), "SignInScreen"),
});
const signUp = createRoute({
  ...parent,
  path: "/sign-up",
  validateSearch: comingFrom,
  component: lazyRouteComponent(() => import("../account/sign-in-screen.tsx"), "SignUpScreen"),
});
const operations = createRoute({
  ...parent,
  path: "/operations",
  component: lazyRouteComponent(() => import("../operations/operations-screen.tsx"), "OperationsScreen"),
});
const operatorsEvents = createRoute({
  ...parent,
  path: "/operations/events",
  validateSearch: shownEvents,
  component: lazyRouteComponent(() => import("../operations/events-screen.tsx"), "EventsScreen"),
});
const operatorsCases = createRoute({
  ...parent,
  path: "/operations/cases",
  component: lazyRouteComponent(() => import("../operations/cases-screen.tsx"), "CasesScreen"),
});
const operatorsCase = createRoute({
  ...parent,
  path: "/operations/cases/$caseId",
  component: lazyRouteComponent(() => import("../operations/decide-case-screen.tsx"), "DecideCaseScreen"),
});
const operatorsDecisions = createRoute({
  ...parent,
  path: "/operations/decisions",
  component: lazyRouteComponent(() => import("../operations/decisions-screen.tsx"), "DecisionsScreen"),
});
const operatorsLog = createRoute({
  ...parent,
  path: "/operations/log",
  validateSearch: shownActs,
  component: lazyRouteComponent(() => import("../operations/audit-log-screen.tsx"), "AuditLogScreen"),
});

/** Every page of the app. Each screen is a chunk of its own, fetched when a link to it is about to be followed. */
export const router = createRouter({
  routeTree: root.addChildren([
    browse,
    event,
    ticket,
    checkout,
    sell,
    newTicket,
    editTicket,
    orders,
    order,
    sales,
    getPaid,
    earnings,
    oneCase,
    account,
    signIn,
    signUp,
    operations,
    operatorsEvents,
    operatorsCases,
    operatorsCase,
    operatorsDecisions,
    operatorsLog,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Crash,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
