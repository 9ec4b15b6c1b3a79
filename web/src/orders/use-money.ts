import { useQuery } from "@connectrpc/connect-query";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentService } from "@ticketing/proto/payments/v1/payment_service";
import { useEffect } from "react";
import { reasonOf } from "../api/reason.ts";
import { isSettledPlace, type MoneyPlace, placeOf } from "./money-place.ts";

/** A payment has no stream. It is read again this often while its money is on its way. */
const REFRESH_MS = 4_000;

/**
 * Where the money of an order is, once it no longer awaits payment. Undefined for the seller, who may not know, and
 * until there is an answer. The page then says nothing about the money.
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
  // An order mostly changes because its payment did.
  const { version } = order;
  useEffect(() => {
    if (enabled && version > 0n) void refetch();
  }, [enabled, version, refetch]);
  if (data?.payment) return placeOf(data.payment);
  return error && reasonOf(error).name === "PAYMENT_NOT_FOUND" ? placeOf("none") : undefined;
}
