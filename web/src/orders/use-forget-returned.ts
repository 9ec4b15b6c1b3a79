import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { useEffect } from "react";
import { forgetTickets } from "../kept/forget.ts";

/** Forgets the tickets on this device whose orders are seen to be no sales any more. */
export function useForgetReturned(orders: readonly Order[] | undefined): void {
  const ids = (orders ?? []).filter(({ status }) => status === OrderStatus.REFUNDED).map(({ id }) => id);
  const returned = ids.join();
  useEffect(() => {
    // Where the browser keeps nothing, there is nothing to forget.
    if (returned) forgetTickets(returned.split(",")).catch(() => {});
  }, [returned]);
}
