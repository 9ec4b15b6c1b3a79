import { toBinary } from "@bufbuild/protobuf";
import {
  ReconciliationEventSchema,
  ReconciliationStateSchema,
} from "@ticketing/proto/workflows/v1/reconciliation_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { Binary } from "mongodb";
import type { MarketplaceStore } from "./marketplace-store.ts";

/** Projects RECONCILIATION into the overview: its newest report. */
export const onReconciliationEvent =
  (store: MarketplaceStore) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const { id, version, state } = decodeEvent(ReconciliationEventSchema, event.payload);
    if (!state) throw new PoisonEvent("the event has no state");
    const report = toBinary(ReconciliationStateSchema, state);
    await store.applyReconciliation({ _id: id, version: Number(version), report: new Binary(report) });
  };
