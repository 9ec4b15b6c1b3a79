import { timestampDate } from "@bufbuild/protobuf/wkt";
import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { decodeEvent } from "./decode-event.ts";
import type { MarketplaceStore } from "./marketplace-store.ts";

/** Projects the disputes of PAYMENTS into the overview. */
export const onPaymentEvent =
  (store: MarketplaceStore) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const { state, time, transition } = decodeEvent(PaymentEventSchema, event.payload);
    if (!state?.id || !time) throw new PoisonEvent("the event has no state");
    if (transition.case !== "paymentDisputed") return;
    await store.applyDispute({ _id: state.id, version: Number(state.version), time: timestampDate(time) });
  };
