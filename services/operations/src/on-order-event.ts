import { timestampDate } from "@bufbuild/protobuf/wkt";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import type { MarketplaceStore } from "./marketplace-store.ts";

/** Projects ORDERS into the overview. */
export const onOrderEvent =
  (store: MarketplaceStore) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const { state } = decodeEvent(OrderEventSchema, event.payload);
    if (!state?.id || !state.createTime) throw new PoisonEvent("the event has no state");
    await store.applyOrder({
      _id: state.id,
      version: Number(state.version),
      status: state.status,
      createTime: timestampDate(state.createTime),
    });
  };
