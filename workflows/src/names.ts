/** The queue that lifecycle workers poll. */
export const TASK_QUEUE = "order-lifecycle";

/** The deployment whose versions the workers are. */
export const DEPLOYMENT = "ticketing-workflows";

/** One lifecycle per order, one refund per order: the ids say so to Temporal. */
export const lifecycleId = (orderId: string): string => `order-${orderId}`;
export const refundId = (orderId: string): string => `refund-${orderId}`;
