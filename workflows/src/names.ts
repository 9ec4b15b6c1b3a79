/** A queue that workers poll, and the deployment whose versions its workers are. */
export interface Queue {
  readonly taskQueue: string;
  readonly deployment: string;
}

/**
 * Orders, refunds and reconciliation wait for none of each other's tasks. Each queue has a deployment of its own:
 * Temporal refuses to make a version current that does not poll all queues of its deployment, and an older release
 * knows only the first.
 */
export const LIFECYCLE: Queue = { taskQueue: "order-lifecycle", deployment: "ticketing-workflows" };
export const REFUND: Queue = { taskQueue: "refund", deployment: "ticketing-refund" };
export const RECONCILIATION: Queue = { taskQueue: "reconciliation", deployment: "ticketing-reconciliation" };
export const QUEUES: readonly Queue[] = [LIFECYCLE, REFUND, RECONCILIATION];

/** One lifecycle, one refund and one earning per order, one run at a time per case, one cancellation per event: the ids say so to Temporal. */
export const lifecycleId = (orderId: string): string => `order-${orderId}`;
export const refundId = (orderId: string): string => `refund-${orderId}`;
export const earningId = (orderId: string): string => `earning-${orderId}`;
export const caseWorkflowId = (caseId: string): string => `case-${caseId}`;
export const eventCancellationId = (eventId: string): string => `event-cancellation-${eventId}`;
