import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import fc from "fast-check";
import { openPaymentWorld, type PaymentWorld } from "../testing/payment-world.ts";
import { createIntentRecords } from "./intent-records.ts";
import { attachIntent, start } from "./payment.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
}, 60_000);
afterAll(() => world?.close());

const OURS = "ours";
const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.uuid(),
  fc.constantFrom("x".repeat(101), "\ud800", "o"),
);
/** What anybody may have written into a PaymentIntent, and what a version of Stripe's API may leave out. */
const odd = fc.oneof(text, fc.integer(), fc.double(), fc.constantFrom(null, true, [], {}, ["o"]));
const metadata = fc.oneof(
  odd,
  fc.record({ order_id: odd, mesh_id: fc.oneof(fc.constant(OURS), odd) }, { requiredKeys: [] }),
  fc.record({ order_id: text, mesh_id: fc.constant(OURS) }),
);
const account = fc.array(
  fc.record({
    metadata,
    amount: fc.oneof(fc.constant(4_500), odd),
    currency: fc.oneof(fc.constant("usd"), odd),
    status: fc.constantFrom("requires_payment_method", "requires_capture", "canceled", "succeeded"),
    latest_charge: fc.constant(null),
    /** Whether a payment from before meshes had ids names it. */
    named: fc.boolean(),
  }),
  { maxLength: 12 },
);

describe("on an account that others use too", () => {
  it("each PaymentIntent of ours is told of, once, and no other is told of or changed", async () => {
    const records = createIntentRecords(world);
    const { id: meshId, since } = await world.mesh.read();
    const { paymentIntents } = world.double.state;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(account, async (intents) => {
        const run = ++runs;
        // A year of its own for each run, so that it reads nothing of the others.
        const begin = since.getTime() + run * 31_536_000_000;
        const made = await Promise.all(
          intents.map(async ({ named, ...fields }, n) => {
            const order = {
              id: `run-${run}-${n}`,
              buyerId: "buyer",
              price: { minorUnits: 4_500, currency: "USD" },
            };
            const { intent } = await world.stripe.create(
              { id: order.id, amount: order.price, meshId },
              order.id,
            );
            const stored = paymentIntents.get(intent.id);
            const marked = JSON.parse(JSON.stringify(fields.metadata ?? null), (key, value: unknown) =>
              key === "mesh_id" && value === OURS ? meshId : value,
            );
            // What Stripe documents as text or a number is something else here.
            const changed = { ...stored, ...fields, metadata: marked, created: Math.floor(begin / 1000) + n };
            paymentIntents.put(changed as NonNullable<typeof stored>);
            if (named) {
              const attached = attachIntent(
                start(order, new Date()),
                { intentId: intent.id, meshId, withSecret: true },
                new Date(),
              );
              await world.payments.insert({ ...attached, meshId: undefined });
            }
            const mark: unknown =
              typeof marked === "object" && marked !== null
                ? (marked as Record<string, unknown>).mesh_id
                : undefined;
            const ours = mark === meshId || (named && (mark === undefined || mark === null || mark === ""));
            return { id: intent.id, ours };
          }),
        );

        const told: string[] = [];
        for (let pageToken = "", page = 0; page === 0 || pageToken; page++) {
          const span = { since: timestampFromMs(begin - 1_000), until: timestampFromMs(begin + 3_600_000) };
          const changed = { case: "changed" as const, value: { ...span, pageSize: 3, pageToken } };
          const answer = await records.select(create(RecordSelectionSchema, { selection: changed }));
          told.push(...[...answer.intents, ...answer.unreadable].map(({ id }) => id ?? ""));
          pageToken = answer.nextPageToken;
        }
        expect(told.sort()).toEqual(made.flatMap(({ id, ours }) => (ours ? [id] : [])).sort());

        const foreign = made.filter(({ ours }) => !ours).map(({ id }) => id);
        const before = foreign.map((id) => paymentIntents.get(id));
        for (const id of foreign) await expect(records.release(id)).rejects.toThrow();
        expect(foreign.map((id) => paymentIntents.get(id))).toEqual(before);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
