import { timestampMs } from "@bufbuild/protobuf/wkt";
import { OrderEventSchema, type OrderState } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { isOver } from "./order-lifecycle/decision.ts";
import type { WorkflowStarter } from "./starter.ts";

/** Turns order events into workflows and signals. `canPay` resolves to whether payments answers. */
export const onOrderEvent =
  (workflows: WorkflowStarter, canPay: (orderId: string) => Promise<boolean>) =>
  async (incoming: IncomingEvent): Promise<void> => {
    const { id, transition, state } = decodeEvent(OrderEventSchema, incoming.payload);
    switch (transition.case) {
      case "orderCreated":
        return workflows.startLifecycle(id, await sighting(id, state, canPay));
      case "orderCancelRequested":
        return workflows.wakeLifecycle(id);
      case "orderRefundRequested":
        return workflows.wakeRefund(id);
    }
  };

/**
 * That the order came before its deadline and payments answered: its lifecycle need not begin to see that. Undefined if
 * either is not so; then the lifecycle looks until it is, or the deadline has passed.
 */
async function sighting(
  id: string,
  state: OrderState | undefined,
  canPay: (orderId: string) => Promise<boolean>,
) {
  const expireTime = state?.expireTime ? timestampMs(state.expireTime) : 0;
  if (!(await canPay(id))) return undefined;
  const time = Date.now();
  return isOver({ expireTime }, time) ? undefined : { time, expireTime };
}
