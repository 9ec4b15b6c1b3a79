import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { requireUser } from "@ticketing/runtime/identity/identity";
import type { Clock } from "@ticketing/runtime/process/clock";
import { contentOf, isDelivered, openedContent, sealContent } from "./content.ts";
import {
  confirm,
  type Delivery,
  deliver,
  recordOpening,
  requireBuyer,
  requireDelivered,
  requireParty,
  requireSeller,
} from "./delivery.ts";
import { type DeliveryStore, findDue } from "./delivery-aggregate.ts";
import { deliveryMessage } from "./delivery-message.ts";

export interface DeliveryServiceDependencies {
  deliveries: DeliveryStore;
  /** Asked before anything of a ticket is shown: the order decides whether it may. */
  orders: Pick<Client<typeof OrderLifecycleService>, "openTicket">;
  sealing: Sealing;
  clock: Clock;
}

/** The API of buyers and sellers. */
export function createDeliveryService(
  deps: DeliveryServiceDependencies,
): ServiceImpl<typeof DeliveryService> {
  const { deliveries, orders, sealing, clock } = deps;

  /**
   * What is the buyer's to do with a delivered ticket. It is recorded at the order first, which refuses it once a refund
   * was asked for and no refund after it: one document decides.
   */
  async function asOpened(orderId: string, buyerId: string, step: (delivery: Delivery) => Delivery) {
    const delivery = requireBuyer(await deliveries.get(orderId), buyerId);
    requireDelivered(delivery);
    await orders.openTicket({ orderId, buyerId });
    return deliveries.update(orderId, step);
  }

  return {
    async getDelivery({ orderId }, context) {
      const { userId } = requireUser(context);
      return { delivery: deliveryMessage(requireParty(await deliveries.get(orderId), userId)) };
    },

    async listDeliveriesDue(page, context) {
      const { userId } = requireUser(context);
      const { documents, nextPageToken } = await findDue(deliveries, userId, clock(), page);
      return { deliveries: documents.map(deliveryMessage), nextPageToken };
    },

    async deliverTicket(request, context) {
      const { orderId } = request;
      const { userId } = requireUser(context);
      const content = contentOf(request);
      const delivery = await deliveries.update(orderId, (current) => {
        requireSeller(current, userId);
        if (isDelivered(sealing, current, content)) return current;
        return deliver(current, sealContent(sealing, orderId, content), clock());
      });
      return { delivery: deliveryMessage(delivery) };
    },

    async openTicket({ orderId }, context) {
      const { userId } = requireUser(context);
      const delivery = await asOpened(orderId, userId, (current) => recordOpening(current, clock()));
      const content = openedContent(sealing, orderId, requireDelivered(delivery));
      return { content, delivery: deliveryMessage(delivery) };
    },

    async confirmDelivery({ orderId }, context) {
      const { userId } = requireUser(context);
      const delivery = await asOpened(orderId, userId, (current) => confirm(current, clock()));
      return { delivery: deliveryMessage(delivery) };
    },
  };
}
