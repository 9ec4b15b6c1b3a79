import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { DriftKind, ReconciliationEventSchema } from "@ticketing/proto/workflows/v1/reconciliation_events";
import type { Events } from "@ticketing/runtime/events";
import type { Logger } from "@ticketing/runtime/log";
import { instrument } from "@ticketing/runtime/telemetry";
import type { Drift } from "./drift.ts";

export const STREAM = "RECONCILIATION";
export const SUBJECT = "evt.workflows.>";
const ID = "reconciliation";
const SHOWN = 100;

const runs = instrument((meter) =>
  meter.createCounter("ticketing.reconciliation.runs", { description: "Comparisons that came to their end" }),
);
const differences = instrument((meter) =>
  meter.createCounter("ticketing.reconciliation.drift", {
    description: "Differences found, by kind; those that stay open are found again by every run",
  }),
);

/** What one run saw and did. Times are epoch milliseconds. */
export interface ReconciliationReport {
  startTime: number;
  endTime: number;
  compared: number;
  drift: (Drift & { mended: boolean })[];
}

/** Tells people of a run. */
export type Reporter = (report: ReconciliationReport) => Promise<void>;

/** Reports to the log, the metrics and, as an event, to whoever shows it to operators. */
export function createReporter({ events, log }: { events: Promise<Events>; log: Logger }): Reporter {
  return async ({ startTime, endTime, compared, drift }) => {
    const open = drift.filter(({ mended }) => !mended);
    const mended = drift.length - open.length;
    const shown = [...open, ...drift.filter((each) => each.mended)].slice(0, SHOWN);
    runs().add(1);
    for (const { kind, mended } of drift) differences().add(1, { kind, outcome: mended ? "mended" : "open" });
    for (const each of shown) log.warn({ drift: each }, each.mended ? "drift was mended" : "drift stays");
    log.info({ compared, open: open.length, mended, ms: endTime - startTime }, "reconciled");
    const event = create(ReconciliationEventSchema, {
      id: ID,
      version: BigInt(startTime),
      time: timestampFromMs(endTime),
      transition: { case: "reconciliationCompleted", value: {} },
      state: {
        startTime: timestampFromMs(startTime),
        endTime: timestampFromMs(endTime),
        compared: BigInt(compared),
        open: BigInt(open.length),
        mended: BigInt(mended),
        drift: shown.map(({ kind, orderId, ticketId, intentId, detail, mended }) => ({
          kind: DriftKind[kind],
          orderId,
          ticketId,
          stripePaymentIntentId: intentId,
          detail,
          mended,
        })),
      },
    });
    await (await events).publish({
      subject: `evt.workflows.v1.reconciliation_completed.${ID}`,
      id: `${ID}:${startTime}`,
      type: "ticketing.workflows.v1.reconciliation_completed",
      source: "workflows",
      time: new Date(endTime),
      payload: toBinary(ReconciliationEventSchema, event),
    });
  };
}
