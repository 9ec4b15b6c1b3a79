import type { Order } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { orderTexts as texts } from "./texts.ts";

/** A button that cancels an order after a question. */
export function CancelOrder(props: { orderId: string; onOrder: (newer: Order | undefined) => void }) {
  return (
    <ConfirmedAction
      method={OrderService.method.cancelOrder}
      input={{ orderId: props.orderId }}
      look="quiet"
      label={texts.cancel}
      title={texts.cancelTitle}
      confirm={texts.cancel}
      keep={texts.keep}
      onDone={({ order }) => props.onOrder(order)}
    >
      <p>{texts.cancelText}</p>
    </ConfirmedAction>
  );
}
