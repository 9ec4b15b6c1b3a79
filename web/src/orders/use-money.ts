import { useQuery } from "@connectrpc/connect-query";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { useEffect } from "react";
import { reasonOf } from "../api/reason.ts";
import { isSettledPlace, type MoneyPlace, placeOf } from "./money-place.ts";

/** A payment has no stream: while its money is on its way it is read again so often. */
const REFRESH_MS = 4_000;

/**
 * Where the money of an order is that no longer awaits payment. Undefined for the seller, who may not know, and as long
 * as there is no answer: then nothing is said of it.
 */
export function useMoney(order: Order, side: "buyer" | "seller"): MoneyPlace | undefined {
  const enabled = side === "buyer" && order.status !== OrderStatus.AWAITING_PAYMENT;
  const still = order.status === OrderStatus.COMPLETE && !order.refundRequestedTime;
  const { data, error, refetch } = useQuery(
    PaymentService.method.getPayment,
    { orderId: order.id },
    {
      enabled,
      refetchInterval: ({ state }) => {
        const place = state.data?.payment && placeOf(state.data.payment);
        return still || (place && isSettledPlace(place)) ? false : REFRESH_MS;
      },
    },
  );
  // What happens to an order mostly happened to its money first.
  const { version } = order;
  useEffect(() => {
    if (enabled && version > 0n) void refetch();
  }, [enabled, version, refetch]);
  if (data?.payment) return placeOf(data.payment);
  return error && reasonOf(error).name === "PAYMENT_NOT_FOUND" ? placeOf("none") : undefined;
}
