import { z } from "zod";
import { invalid } from "./api-error.ts";
import type { Form } from "./form.ts";
import type { Metadata } from "./objects.ts";

/** Parameter types, as they arrive in a form: everything is text. */
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform(Number);
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const list = z.union([z.array(z.string()), z.string().transform((one) => [one])]);

/** docs.stripe.com/api/metadata: 50 keys of 40 characters with values of 500; an empty value removes the key. */
export const metadata = z.preprocess(
  (value) => (Array.isArray(value) ? { ...value } : value === "" ? {} : value),
  z.record(z.string().max(40), z.string().max(500)).refine((entries) => Object.keys(entries).length <= 50),
);

/** docs.stripe.com/api/expanding_objects, allowed on every request. */
export const common = { expand: list.optional() };

/** docs.stripe.com/api/pagination and the `created` filter of list endpoints. */
export const listing = {
  ...common,
  limit: integer.pipe(z.number().min(1).max(100)).default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: z
    .union([
      integer.transform((at) => ({ gt: undefined, gte: at, lt: undefined, lte: at })),
      z.strictObject({
        gt: integer.optional(),
        gte: integer.optional(),
        lt: integer.optional(),
        lte: integer.optional(),
      }),
    ])
    .optional(),
};

/** What Stripe.js sends as `payment_method_data`; the card number never leaves this request. */
export const paymentMethodData = z.looseObject({
  type: z.literal("card"),
  card: z
    .looseObject({
      number: z.string(),
      exp_month: integer.pipe(z.number()),
      exp_year: integer.pipe(z.number()),
      cvc: z.string().optional(),
    })
    .optional(),
  billing_details: z.looseObject({ name: z.string().optional(), email: z.string().optional() }).optional(),
});
export type PaymentMethodData = z.output<typeof paymentMethodData>;
export { list };

/** Reads `form` by `schema`, or throws the first problem as Stripe words it (docs.stripe.com/error-codes#parameter-unknown, …). */
export function readParameters<T extends z.ZodType>(schema: T, form: Form): z.output<T> {
  const result = schema.safeParse(form);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const param = bracketed([...path, issue.keys[0] ?? ""]);
    throw invalid(
      `Received unknown parameter, or one that this double does not know: ${param}`,
      param,
      "parameter_unknown",
    );
  }
  const param = bracketed(path);
  if (path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), form) === undefined) {
    throw invalid(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  throw invalid(`Invalid ${param}: ${issue?.message ?? "not acceptable"}`, param, "parameter_invalid");
}

/** Changes metadata as an update does: new keys are added, empty values remove theirs. */
export function mergeMetadata(current: Metadata, change: Metadata | undefined): Metadata {
  return Object.fromEntries(Object.entries({ ...current, ...change }).filter(([, value]) => value !== ""));
}

function bracketed([first = "", ...rest]: string[]): string {
  return first + rest.map((key) => `[${key}]`).join("");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
