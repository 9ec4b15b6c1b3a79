import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  DriftKind,
  ReconciliationEventSchema,
  RecordSource,
} from "@ticketing/proto/workflows/v1/reconciliation_events";
import type { Publishing } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import { instrument } from "@ticketing/runtime/process/telemetry";
import type { Drift, Skipped, Source } from "./drift.ts";
import { fairShare } from "./fair-share.ts";

export const STREAM = "RECONCILIATION";
export const SUBJECT = "evt.workflows.>";
const ID = "reconciliation";
const SHOWN = 100;
const SHOWN_SKIPPED = 20;

const runs = instrument((meter) =>
  meter.createCounter("ticketing.reconciliation.runs", { description: "Comparisons that came to their end" }),
);
const differences = instrument((meter) =>
  meter.createCounter("ticketing.reconciliation.drift", {
    description: "Differences found, by kind; those that stay open are found again by every run",
  }),
);

const recordSourceOf = (source: Source): RecordSource =>
  RecordSource[source.toUpperCase() as Uppercase<Source>];

/** What one run saw and did. Times are epoch milliseconds. */
export interface ReconciliationReport {
  startTime: number;
  endTime: number;
  compared: number;
  drift: (Drift & { mended: boolean })[];
  /** Differences that were not looked at again; absent in reports of earlier releases. */
  unchecked?: number;
  /** What could not be compared: how many, and the first of them; absent in reports of earlier releases. */
  skipped?: { count: number; named: Skipped[] };
}

/** Tells people of a run. */
export type Reporter = (report: ReconciliationReport) => Promise<void>;

/** Reports to the log, the metrics and, as an event, to whoever shows it to operators. */
export function createReporter({
  events,
  log,
}: {
  events: Promise<Pick<Publishing, "publish">>;
  log: Logger;
}): Reporter {
  return async ({
    startTime,
    endTime,
    compared,
    drift,
    unchecked = 0,
    skipped = { count: 0, named: [] },
  }) => {
    const open = drift.filter(({ mended }) => !mended);
    const mended = drift.length - open.length;
    const byKind = ({ kind }: Drift) => kind;
    const shown = [
      ...fairShare(open, byKind, SHOWN),
      ...fairShare(
        drift.filter((each) => each.mended),
        byKind,
        SHOWN,
      ),
    ].slice(0, SHOWN);
    const named = skipped.named.slice(0, SHOWN_SKIPPED);
    runs().add(1);
    for (const { kind, mended } of drift) differences().add(1, { kind, outcome: mended ? "mended" : "open" });
    for (const each of shown) log.warn({ drift: each }, each.mended ? "drift was mended" : "drift stays");
    for (const each of named) log.warn({ skipped: each }, "could not be compared");
    const counts = { compared, open: open.length, mended, unchecked, skipped: skipped.count };
    log.info({ ...counts, ms: endTime - startTime }, "reconciled");
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
          providerPaymentId: intentId,
          detail,
          mended,
        })),
        unchecked: BigInt(unchecked),
        skipped: BigInt(skipped.count),
        skippedRecords: named.map((each) => ({ ...each, recordSource: recordSourceOf(each.source) })),
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
