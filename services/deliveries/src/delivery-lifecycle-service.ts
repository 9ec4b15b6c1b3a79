import type { ServiceImpl } from "@connectrpc/connect";
import type { DeliveryLifecycleService } from "@ticketing/proto/deliveries/internal/v1/delivery_lifecycle_service";
import { requireService } from "@ticketing/runtime/identity/service-tokens";
import type { DeliveryStore } from "./delivery-aggregate.ts";
import { deliveryMessage } from "./delivery-message.ts";

/** The internal API by which others learn whether a ticket was delivered, and nothing of what was. */
export function createDeliveryLifecycleService(
  deliveries: Pick<DeliveryStore, "get">,
): ServiceImpl<typeof DeliveryLifecycleService> {
  return {
    async readDelivery({ orderId }, context) {
      requireService(context, "workflows", "cases");
      return { delivery: deliveryMessage(await deliveries.get(orderId)) };
    },
  };
}
