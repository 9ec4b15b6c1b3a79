import type { ServiceImpl } from "@connectrpc/connect";
import type { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";

/** Orders' internal service, of which a test needs one method: reads an order of the asked id; all else is empty. */
export const orderLifecycle: ServiceImpl<typeof OrderLifecycleService> = {
  readOrder: ({ orderId: id }) => ({ order: { id } }),
  completeOrder: () => ({}),
  cancelOrder: () => ({}),
  expireOrder: () => ({}),
  markRefunded: () => ({}),
  refuseRefund: () => ({}),
  endForEvent: () => ({}),
  refundForCase: () => ({}),
  recordPartRefund: () => ({}),
  openTicket: () => ({}),
  listOrders: () => ({}),
  listOverdueOrders: () => ({}),
};
