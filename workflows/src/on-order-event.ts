import { fromBinary } from "@bufbuild/protobuf";
import { type OrderEvent, OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { WorkflowStarter } from "./starter.ts";

/** Turns order events into workflows and signals. */
export const onOrderEvent =
  (workflows: WorkflowStarter) =>
  async (incoming: IncomingEvent): Promise<void> => {
    const { id, transition } = decode(incoming.payload);
    switch (transition.case) {
      case "orderCreated":
        return workflows.startLifecycle(id);
      case "orderCancelRequested":
        return workflows.wakeLifecycle(id);
      case "orderRefundRequested":
        return workflows.wakeRefund(id);
    }
  };

function decode(payload: Uint8Array): OrderEvent {
  try {
    const event = fromBinary(OrderEventSchema, payload);
    if (event.id) return event;
  } catch {
    // Falls through: what cannot be decoded has no id either.
  }
  throw new PoisonEvent("not an OrderEvent");
}
