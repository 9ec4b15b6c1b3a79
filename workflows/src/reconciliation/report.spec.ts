import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  DriftKind,
  ReconciliationEventSchema,
  RecordSource,
} from "@ticketing/proto/workflows/v1/reconciliation_events";
import type { OutgoingEvent } from "@ticketing/runtime/events/events";
import { createLogger } from "@ticketing/runtime/process/log";
import { startTelemetry, stopTelemetry } from "@ticketing/runtime/process/telemetry";
import type { Drift } from "./drift.ts";
import { createReporter } from "./report.ts";

let measured = "";
const collector = createServer((request, response) => {
  request.on("data", (chunk: Buffer) => {
    measured += chunk.toString();
  });
  request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  startTelemetry("workflows", `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
});
afterAll(() => void collector.close());

/** A broker that only remembers. */
const published: OutgoingEvent[] = [];
const events = {
  async publish(event: OutgoingEvent) {
    published.push(event);
  },
};
const report = createReporter({
  events: Promise.resolve(events),
  log: createLogger("spec", "silent"),
});
const drift = (n: number, mended: boolean): Drift & { mended: boolean } => ({
  ...{ kind: "AMOUNT_DIFFERS", source: "orders", id: `${n}`, orderId: `${n}`, ticketId: "", intentId: "" },
  ...{ detail: "", mended },
});

describe("a report of reconciliation", () => {
  it("is an event with the counts and the open differences first, of which it shows a hundred", async () => {
    const many = [
      ...Array.from({ length: 60 }, (_, n) => drift(n, true)),
      ...Array.from({ length: 60 }, (_, n) => drift(100 + n, false)),
    ];
    await report({ startTime: 5_000, endTime: 9_000, compared: 1_000, drift: many });
    const event = published.at(-1);
    expect(event).toMatchObject({
      id: "reconciliation:5000",
      subject: "evt.workflows.v1.reconciliation_completed.reconciliation",
    });
    const { version, state } = fromBinary(ReconciliationEventSchema, event?.payload ?? new Uint8Array());
    expect(version).toBe(5_000n);
    expect(state).toMatchObject({ compared: 1_000n, open: 60n, mended: 60n });
    expect(state?.drift.map(({ mended }) => mended)).toEqual([
      ...Array(60).fill(false),
      ...Array(40).fill(true),
    ]);
    expect(state?.drift[0]).toMatchObject({ kind: DriftKind.AMOUNT_DIFFERS, orderId: "100" });
  });

  it("shows of each kind its share, and says what was not compared", async () => {
    const flood = Array.from({ length: 150 }, (_, n) => drift(n, false));
    const lone = { ...drift(999, false), kind: "INTENT_UNKNOWN" as const, intentId: "pi" };
    const named = Array.from({ length: 30 }, (_, n) => {
      return { source: "orders" as const, id: `o${n}`, reason: "it broke" };
    });
    const skipped = { count: 70, named };
    await report({ startTime: 1, endTime: 2, compared: 1, drift: [...flood, lone], unchecked: 12, skipped });
    const { state } = fromBinary(ReconciliationEventSchema, published.at(-1)?.payload ?? new Uint8Array());
    expect(state).toMatchObject({ open: 151n, unchecked: 12n, skipped: 70n });
    expect(state?.drift.map(({ kind }) => kind)).toContain(DriftKind.INTENT_UNKNOWN);
    expect(state?.drift).toHaveLength(100);
    expect(state?.skippedRecords).toHaveLength(20);
    expect(state?.skippedRecords[0]).toMatchObject({
      ...{ source: "orders", recordSource: RecordSource.ORDERS },
      ...{ id: "o0", reason: "it broke" },
    });
  });

  it("is measured by kind and by what became of it", async () => {
    await report({ startTime: 1, endTime: 2, compared: 3, drift: [drift(1, true), drift(2, false)] });
    await stopTelemetry();
    for (const word of [
      "ticketing.reconciliation.runs",
      "ticketing.reconciliation.drift",
      "AMOUNT_DIFFERS",
    ]) {
      expect(measured).toContain(`"${word}"`);
    }
    expect(measured).toContain('"mended"');
    expect(measured).toContain('"open"');
  });
});
