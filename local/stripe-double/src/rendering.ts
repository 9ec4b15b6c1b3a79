import { invalid } from "./api-error.ts";
import { page } from "./listing.ts";
import type { PaymentIntent } from "./objects.ts";
import type { State } from "./state.ts";

type Node = Record<string, unknown>;

/** The fields of a PaymentIntent that a publishable key sees: docs.stripe.com/api/payment_intents/object marks them "retrievable with publishable key". */
const CLIENT_FIELDS: readonly (keyof PaymentIntent)[] = [
  "id",
  "object",
  "amount",
  "automatic_payment_methods",
  "canceled_at",
  "cancellation_reason",
  "capture_method",
  "client_secret",
  "confirmation_method",
  "created",
  "currency",
  "description",
  "last_payment_error",
  "livemode",
  "next_action",
  "payment_method",
  "payment_method_types",
  "processing",
  "receipt_email",
  "setup_future_usage",
  "shipping",
  "status",
];

/** An answer as its reader may see it: reduced for publishable keys, with ids expanded as asked (docs.stripe.com/api/expanding_objects). */
export function render(state: State, answer: object, client: boolean, expand: string[]): object {
  const copy: Node = structuredClone({ ...answer });
  if (client && copy.object === "payment_intent") return clientView(copy);
  for (const path of expand) expandPath(state, copy, path.split("."), path);
  return copy;
}

/** Only the fields of a PaymentIntent that a browser may see. */
export function clientView(intent: Node): Node {
  return Object.fromEntries(CLIENT_FIELDS.map((field) => [field, intent[field]]));
}

function expandPath(state: State, node: unknown, [name, ...rest]: string[], path: string): void {
  if (name === undefined || !isNode(node)) return;
  if (node.object === "charge" && name === "refunds") node.refunds = refundsOf(state, String(node.id));
  if (!(name in node)) throw invalid(`This property cannot be expanded (${path}).`, "expand");
  const value = node[name];
  const children = Array.isArray(value) ? value : [value];
  if (Array.isArray(value)) {
    for (const child of children) expandPath(state, child, rest, path);
    return;
  }
  if (typeof value === "string") {
    const found = lookUp(state, value);
    if (!found) throw invalid(`This property cannot be expanded (${path}).`, "expand");
    node[name] = structuredClone(found);
  }
  expandPath(state, node[name], rest, path);
}

/** docs.stripe.com/api/charges/object, `refunds`: the newest ten, shown only when expanded. */
function refundsOf(state: State, chargeId: string): object {
  const refunds = state.refunds.all().filter(({ charge }) => charge === chargeId);
  return page(refunds, { limit: 10 }, `/v1/charges/${chargeId}/refunds`);
}

function lookUp(state: State, id: string): object | undefined {
  const tables = {
    pi: state.paymentIntents,
    ch: state.charges,
    re: state.refunds,
    du: state.disputes,
    acct: state.accounts,
    txn: state.balanceTransactions,
    trr: state.reversals,
    tr: state.transfers,
    pm: state.paymentMethods,
  };
  return Object.entries(tables)
    .find(([prefix]) => id.startsWith(`${prefix}_`))?.[1]
    .get(id);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
