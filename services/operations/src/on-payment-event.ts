import { timestampDate } from "@bufbuild/protobuf/wkt";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import type { MarketplaceStore } from "./marketplace-store.ts";

/** Projects `payment_disputed` of PAYMENTS, the only event that its consumer reads, into the overview. */
export const onPaymentEvent =
  (store: MarketplaceStore) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const { state, time } = decodeEvent(PaymentEventSchema, event.payload);
    if (!state?.id || !time) throw new PoisonEvent("the event has no state");
    await store.applyDispute({ _id: state.id, version: Number(state.version), time: timestampDate(time) });
  };
