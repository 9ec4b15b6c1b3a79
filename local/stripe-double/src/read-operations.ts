import { z } from "zod";
import { missing } from "./api-error.ts";
import { page } from "./listing.ts";
import { type Operation, operation } from "./operation.ts";
import { common, list, listing } from "./parameters.ts";

/** The currencies that the platform has a bank account in. */
const SETTLED = ["eur", "gbp", "usd"];

/** What can only be read: docs.stripe.com/api/charges and /api/events. */
export const readOperations: Operation[] = [
  // docs.stripe.com/api/balance/balance_object: this account settles in these; amounts it does not keep.
  operation(
    { name: "balance.retrieve", method: "GET", path: "/v1/balance", schema: z.strictObject(common) },
    () => {
      const kept = SETTLED.map((currency) => ({ amount: 0, currency, source_types: { card: 0 } }));
      return { object: "balance", available: kept, pending: kept, livemode: false };
    },
  ),
  operation(
    {
      name: "charges.list",
      method: "GET",
      path: "/v1/charges",
      schema: z.strictObject({ ...listing, payment_intent: z.string().optional() }),
    },
    (call, { payment_intent, ...paging }) =>
      page(
        call.state.charges
          .all()
          .filter((charge) => (payment_intent ?? charge.payment_intent) === charge.payment_intent),
        paging,
        "/v1/charges",
      ),
  ),
  operation(
    { name: "charges.retrieve", method: "GET", path: "/v1/charges/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => call.state.charges.get(id) ?? fail("charge", id),
  ),
  operation(
    {
      name: "events.list",
      method: "GET",
      path: "/v1/events",
      schema: z.strictObject({
        ...listing,
        type: z.string().optional(),
        types: list.optional(),
        delivery_success: z.enum(["true", "false"]).optional(),
      }),
    },
    (call, { type, types, delivery_success: delivered, ...paging }) => {
      const wanted = types ?? (type === undefined ? undefined : [type]);
      const events = call.state.events
        .all()
        .filter((event) => wanted?.some((pattern) => matchesType(pattern, event.type)) ?? true)
        .filter(
          (event) => delivered === undefined || (delivered === "true") === (event.pending_webhooks === 0),
        );
      return page(events, paging, "/v1/events");
    },
  ),
  operation(
    { name: "events.retrieve", method: "GET", path: "/v1/events/:id", schema: z.strictObject(common) },
    (call, _parameters, id) => call.state.events.get(id) ?? fail("event", id),
  ),
];

/** Whether a name matches a pattern whose `*` stands for anything: `charge.*`. */
export function matchesType(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function fail(kind: string, id: string): never {
  throw missing(kind, id);
}
