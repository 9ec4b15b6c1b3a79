import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { StatusPill, type Tone } from "../design/card.tsx";
import { orderStatusNames } from "./texts.ts";

const tones: Readonly<Record<OrderStatus, Tone>> = {
  [OrderStatus.UNSPECIFIED]: "neutral",
  [OrderStatus.AWAITING_PAYMENT]: "warn",
  [OrderStatus.COMPLETE]: "good",
  [OrderStatus.CANCELLED]: "neutral",
  [OrderStatus.EXPIRED]: "neutral",
  [OrderStatus.REFUNDED]: "accent",
};

/** Where an order stands. */
export function OrderStatusPill({ status }: { status: OrderStatus }) {
  return <StatusPill tone={tones[status]}>{orderStatusNames[status]}</StatusPill>;
}
