import { z } from "zod";
import { invalid } from "./api-error.ts";
import { listed, page } from "./listing.ts";
import { type Operation, operation } from "./operation.ts";
import { common, flag, integer, list, listing, metadata, paymentMethodData } from "./parameters.ts";
import {
  cancelIntent,
  captureIntent,
  confirmIntent,
  createIntent,
  findIntent,
  updateIntent,
} from "./payment-intents.ts";

const captureMethod = z.enum(["automatic", "automatic_async", "manual"]);
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/)
  .transform((code) => code.toLowerCase());
const payment = { payment_method: z.string().optional(), payment_method_data: paymentMethodData.optional() };
/** What Stripe.js proves itself with: docs.stripe.com/payments/payment-intents#passing-to-client */
const client = { client_secret: z.string().optional(), key: z.string().optional() };
const returning = { return_url: z.url().optional(), use_stripe_sdk: flag.optional() };

const createSchema = z.strictObject({
  ...common,
  ...payment,
  ...returning,
  amount: integer,
  currency,
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(["always", "never"]).optional() })
    .optional(),
  capture_method: captureMethod.optional(),
  confirm: flag.optional(),
  confirmation_method: z.literal("automatic").optional(),
  description: z.string().max(1000).optional(),
  metadata: metadata.optional(),
  payment_method_types: list.optional(),
  receipt_email: z.string().optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
  transfer_group: z.string().max(500).optional(),
});
const updateSchema = z.strictObject({
  ...common,
  payment_method: z.string().optional(),
  amount: integer.optional(),
  currency: currency.optional(),
  capture_method: captureMethod.optional(),
  description: z.string().max(1000).optional(),
  metadata: metadata.optional(),
  receipt_email: z.string().optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
});
const confirmSchema = z.strictObject({
  ...common,
  ...payment,
  ...returning,
  ...client,
  expected_payment_method_type: z.string().optional(),
  receipt_email: z.string().optional(),
});
const captureSchema = z.strictObject({
  ...common,
  amount_to_capture: integer.optional(),
  metadata: metadata.optional(),
});
const cancelSchema = z.strictObject({
  ...common,
  cancellation_reason: z.enum(["duplicate", "fraudulent", "requested_by_customer", "abandoned"]).optional(),
});
const retrieveSchema = z.strictObject({ ...common, ...client });

export type CreateParameters = z.output<typeof createSchema>;
export type UpdateParameters = z.output<typeof updateSchema>;
export type ConfirmParameters = z.output<typeof confirmSchema>;
export type CaptureParameters = z.output<typeof captureSchema>;
export type CancelParameters = z.output<typeof cancelSchema>;

const path = "/v1/payment_intents";

export const paymentIntentOperations: Operation[] = [
  operation({ name: "payment_intents.create", method: "POST", path, schema: createSchema }, createIntent),
  operation(
    { name: "payment_intents.list", method: "GET", path, schema: z.strictObject(listing) },
    (call, parameters) => page(call.state.paymentIntents.all(), parameters, path),
  ),
  operation(
    {
      name: "payment_intents.search",
      method: "GET",
      path: `${path}/search`,
      schema: z.strictObject({
        ...common,
        query: z.string(),
        limit: listing.limit,
        page: z.string().optional(),
      }),
    },
    (call, { query, limit }) => {
      const matches = call.state.paymentIntents.all().filter(searchFilter(query)).reverse();
      return {
        ...listed(matches.slice(0, limit), `${path}/search`),
        object: "search_result",
        has_more: matches.length > limit,
      };
    },
  ),
  operation(
    {
      name: "payment_intents.retrieve",
      method: "GET",
      path: `${path}/:id`,
      client: true,
      schema: retrieveSchema,
    },
    (call, parameters, id) => findIntent(call, id, parameters.client_secret),
  ),
  operation(
    { name: "payment_intents.update", method: "POST", path: `${path}/:id`, schema: updateSchema },
    (call, parameters, id) => updateIntent(call, findIntent(call, id, undefined), parameters),
  ),
  operation(
    {
      name: "payment_intents.confirm",
      method: "POST",
      path: `${path}/:id/confirm`,
      client: true,
      schema: confirmSchema,
    },
    (call, parameters, id) => confirmIntent(call, findIntent(call, id, parameters.client_secret), parameters),
  ),
  operation(
    { name: "payment_intents.capture", method: "POST", path: `${path}/:id/capture`, schema: captureSchema },
    (call, parameters, id) => captureIntent(call, findIntent(call, id, undefined), parameters),
  ),
  operation(
    { name: "payment_intents.cancel", method: "POST", path: `${path}/:id/cancel`, schema: cancelSchema },
    (call, parameters, id) => cancelIntent(call, findIntent(call, id, undefined), parameters),
  ),
];

/** The part of docs.stripe.com/search that reconciliation needs: `status:'…'` and `metadata['key']:'…'`, joined by AND. */
function searchFilter(
  query: string,
): (intent: { status: string; metadata: Record<string, string> }) => boolean {
  const clauses = query.split(/\s+AND\s+/i).map((clause) => {
    const [, key, value] =
      /^\s*(status|metadata\[['"][^'"]+['"]\])\s*:\s*['"]([^'"]*)['"]\s*$/.exec(clause) ?? [];
    if (!key) throw invalid(`This double cannot search for: ${clause}`, "query");
    return { name: key.startsWith("metadata") ? key.slice(10, -2) : undefined, value };
  });
  return (intent) =>
    clauses.every(
      ({ name, value }) => (name === undefined ? intent.status : intent.metadata[name]) === value,
    );
}
