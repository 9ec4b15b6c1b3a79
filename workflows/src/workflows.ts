// What a worker can run: the bundle's entry.
export { settleCase } from "./case/workflow.ts";
export { earning } from "./earning/workflow.ts";
export { eventCancellation } from "./event-cancellation/workflow.ts";
export { orderLifecycle } from "./order-lifecycle/workflow.ts";
export { reconciliation } from "./reconciliation/workflow.ts";
export { refund } from "./refund/workflow.ts";
