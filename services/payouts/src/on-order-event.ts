import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderEventSchema } from "@ticketing/proto/orders/v1/order_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { EarningStore } from "./earning-aggregate.ts";
import { followOrder, type SaleDependencies } from "./record-sale.ts";

/** Orders that were sold, by what their events show of them. */
const SOLD = [OrderStatus.COMPLETE, OrderStatus.REFUNDED];

/** Lets earnings follow their orders. What is not sold yet says nothing of an earning. */
export const onOrderEvent =
  (deps: SaleDependencies) =>
  async ({ payload, isNews = false }: Pick<IncomingEvent, "payload" | "isNews">): Promise<void> => {
    const { id, transition, state } = decodeEvent(OrderEventSchema, payload);
    if (!id || !state) throw new PoisonEvent("the event has no state");
    if (!SOLD.includes(state.status)) return;
    // It means nothing for the earning, and happens to most orders: then nobody is asked.
    const isOpened = transition.case === "orderTicketOpened";
    if (isOpened && (isNews || (await isKnown(deps.earnings, id, state.version)))) return;
    await followOrder(deps, id);
  };

/** Whether nothing happened to the order since its earning was recorded, but what made this version. */
async function isKnown(earnings: Pick<EarningStore, "find">, orderId: string, version: bigint) {
  const { orderVersion } = (await earnings.find(orderId)) ?? {};
  return orderVersion !== undefined && Number(version) <= orderVersion + 1;
}
