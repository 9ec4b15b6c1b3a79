import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import { followOrder, type SaleDependencies } from "./record-sale.ts";

/** Orders that were sold, by what their events show of them. */
const SOLD = [OrderStatus.COMPLETE, OrderStatus.REFUNDED];

/** Lets earnings follow their orders. What is not sold yet says nothing of an earning. */
export const onOrderEvent =
  (deps: SaleDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { id, state } = decodeEvent(OrderEventSchema, payload);
    if (!id || !state) throw new PoisonEvent("the event has no state");
    if (SOLD.includes(state.status)) await followOrder(deps, id);
  };
