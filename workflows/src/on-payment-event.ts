import { PaymentEventSchema } from "@ticketing/proto/payments/v1/payment_events";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import type { IncomingEvent } from "@ticketing/runtime/events/events";
import { caseIdOfPart } from "./case/part-id.ts";
import type { CaptureCalls } from "./order-lifecycle/capture-calls.ts";
import type { WorkflowStarter } from "./starter.ts";

/**
 * Wakes an order's lifecycle when its payment did something that decides and that it does not know, and what waits for
 * its refund or for a part of it.
 */
export const onPaymentEvent =
  (workflows: WorkflowStarter, captures: Pick<CaptureCalls, "take">) =>
  async (incoming: IncomingEvent): Promise<void> => {
    const { id, transition, state } = decodeEvent(PaymentEventSchema, incoming.payload);
    switch (transition.case) {
      case "paymentAuthorized":
      case "paymentDeclined":
      case "paymentFailed":
        return workflows.wakeLifecycle(id);
      // Of use to a lifecycle alone that does not know whether its capture succeeded.
      case "paymentCaptured":
        return (await captures.take(id)) ? undefined : workflows.wakeBegunLifecycle(id);
      // The order ended as refunded, or is about to: its buyer reads that the money did not arrive.
      case "paymentRefundFailed":
        return workflows.wakeRefund(id);
      case "paymentPartRefunded": {
        const { providerRefundId } = transition.value;
        const part = state?.partRefunds.find((each) => each.providerRefundId === providerRefundId);
        return part && workflows.wakeCase(caseIdOfPart(part.partId));
      }
    }
  };
