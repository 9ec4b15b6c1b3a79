import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { IntentStatus } from "@ticketing/proto/payments/internal/v1/payment_lifecycle_service";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import fc from "fast-check";
import {
  type Books,
  captured,
  complete,
  price,
  sales,
  servicesOver,
  sold,
  succeeded,
} from "../../testing/books.ts";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import { createReconciliationActivities } from "./activities.ts";
import type { Drift } from "./drift.ts";
import type { ReconciliationReport } from "./report.ts";
import { reconciliation } from "./workflow.ts";

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());

/** One run over these books: what it found, what it asked to be changed, what it told. */
async function run(books: Books) {
  const changed: string[] = [];
  const reports: ReconciliationReport[] = [];
  const noted = async (id: string) => void changed.push(id);
  const activities = createReconciliationActivities({
    clients: servicesOver(books, (id) => changed.push(id)),
    workflows: { restartLifecycle: noted, wakeRefund: noted },
    releaseMoney: noted,
    report: async (report) => void reports.push(report),
    fullPass: async () => undefined,
  });
  const taskQueue = `books-${Math.random()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    ...{ taskQueue, workflowBundle, activities },
  });
  const { drift } = await worker.runUntil(
    environment.client.workflow.execute(reconciliation, {
      ...{ workflowId: taskQueue, taskQueue, args: [{ windowMs: 1, graceMs: 1_000 }] },
    }),
  );
  return { drift, changed, reports };
}

/** What is seen at a ticket and at its order counts for the ticket, whichever of them was read last. */
const recordOf = ({ kind, id, ticketId }: Drift): string =>
  kind === "SALE_OF_ENDED_ORDER" || kind === "LOCK_OF_ENDED_ORDER" ? ticketId : id;

const refunded = (id: string) => succeeded(id, { amountRefunded: 4_500n });
const LONG = "x".repeat(101);
const other = { minorUnits: 4_500n, currency: "XXX" };

/** Ways in which the books of one sale come to differ, and what is to be told of it: kinds and record. */
const differences: Record<string, (id: string) => { books: Partial<Books>; told: string[] }> = {
  "given up though complete": (id) => ({
    books: {
      payments: [captured(id, { status: PaymentStatus.VOIDED })],
      intents: [succeeded(id, { status: IntentStatus.CANCELED, amountReceived: 0n })],
    },
    told: [`ORDER_UNPAID ${id}`],
  }),
  "ended with its money": (id) => ({
    books: { orders: [complete(id, { status: OrderStatus.CANCELLED })] },
    told: [`MONEY_OF_ENDED_ORDER ${id}`, `SALE_OF_ENDED_ORDER t-${id}`],
  }),
  "sold to nobody": (id) => ({
    books: { orders: [], payments: [], intents: [] },
    told: [`SALE_WITHOUT_ORDER t-${id}`],
  }),
  "kept though its event is cancelled": (id) => ({
    books: { tickets: [sold(id, { event: { cancelled: true }, updateTime: timestampFromMs(1) })] },
    told: [`ORDER_OF_CANCELLED_EVENT t-${id}`],
  }),
  "refunded at Stripe alone": (id) => ({
    books: { intents: [refunded(id)] },
    told: [`PAYMENT_BEHIND_STRIPE pi-${id}`],
  }),
  "paid twice": (id) => ({
    books: { intents: [succeeded(id), succeeded(id, { id: `pi2-${id}` })] },
    told: [`INTENT_UNKNOWN pi2-${id}`],
  }),
  "another amount at Stripe": (id) => ({
    books: { intents: [succeeded(id, { amount: 5n, amountReceived: 5n })] },
    told: [`AMOUNT_DIFFERS pi-${id}`],
  }),
  "a currency that nobody takes": (id) => ({
    books: {
      orders: [complete(id, { price: other })],
      tickets: [sold(id, { price: other })],
      payments: [captured(id, { amount: other })],
      intents: [succeeded(id, { currency: "XXX" })],
    },
    told: [`RECORD_INVALID ${id}`, `RECORD_INVALID t-${id}`],
  }),
  "a negative price": (id) => ({
    books: { tickets: [sold(id, { price: { ...price, minorUnits: -1n } })] },
    told: [`RECORD_INVALID t-${id}`],
  }),
  "a PaymentIntent beside it for an order as none is named": (id) => ({
    books: { intents: [succeeded(id), succeeded(LONG, { id: `pi2-${id}` })] },
    told: [`RECORD_INVALID pi2-${id}`],
  }),
  "a ticket beside it that such an order has": (id) => ({
    books: { tickets: [sold(id), sold(LONG, { id: `t2-${id}` })] },
    told: [`RECORD_INVALID t2-${id}`],
  }),
};
/** A sale that nothing can be said of, as asking for it breaks a service. */
const POISON = "poison";

const kindOf = fc.constantFrom("agrees", POISON, ...Object.keys(differences));

describe("reconciliation of any books", () => {
  it("ends, tells each difference, changes nothing else, and says what it could not compare", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(kindOf, { maxLength: 130 }), async (ways) => {
        const whole = sales();
        const told = new Set<string>();
        const poisoned: string[] = [];
        ways.forEach((way, n) => {
          const id = `o${n}`;
          const difference = differences[way]?.(id);
          const books = { ...sales(id), ...difference?.books };
          for (const source of ["orders", "tickets", "payments", "intents"] as const) {
            // Each source has its own kind of record.
            (whole[source] as unknown[]).push(...books[source]);
          }
          for (const each of difference?.told ?? []) told.add(each);
          if (way === POISON) poisoned.push(id);
        });
        whole.poison = poisoned;
        const { drift, changed, reports } = await run(whole);
        const seen = new Set(drift.map((each) => `${each.kind} ${recordOf(each)}`));
        expect(seen).toEqual(told);
        const named = [...told].map((each) => each.split(" ")[1] ?? "");
        // What is seen at a PaymentIntent or a ticket is mended at its order.
        const orderOf = (id: string) => id.replace(/^(pi2?|t)-/, "");
        for (const id of changed) expect([...named, ...named.map(orderOf)]).toContain(id);
        expect(changed.filter((id) => poisoned.some((bad) => id.endsWith(`-${bad}`) || id === bad))).toEqual(
          [],
        );
        const [report] = reports;
        expect((report?.skipped?.count ?? 0) > 0).toBe(poisoned.length > 0);
        const left = new Set(report?.skipped?.named.map(({ id }) => id.replace(/^(t|pi)-/, "")));
        expect(left).toEqual(new Set(poisoned));
      }),
      { numRuns: 15, examples: [[[...Object.keys(differences), POISON, "agrees"]]] },
    );
  }, 240_000);
});
