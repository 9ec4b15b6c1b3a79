import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { PoisonEvent } from "@ticketing/runtime/events/events";
import { decodeEvent } from "./decode-event.ts";
import type { ListingStore } from "./listing-store.ts";

/** Projects USERS into the sellers' names. */
export const onUserEvent =
  (store: ListingStore) =>
  async (event: { payload: Uint8Array }): Promise<void> => {
    const { state } = decodeEvent(UserEventSchema, event.payload);
    if (!state?.id) throw new PoisonEvent("the event has no state");
    await store.applySeller({
      _id: state.id,
      version: Number(state.version),
      displayName: state.displayName,
    });
  };
