import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { useMemo, useState } from "react";
import { serverClock } from "../api/server-clock.ts";
import { transport } from "../session/transport.ts";
import { useStream } from "../session/use-stream.ts";
import { typedOrder } from "./typed-order.ts";

const orders = createClient(OrderService, transport);

/**
 * Whether an order can no longer change. Its stream ends then. A complete order can be refunded for a while, and its event
 * can be cancelled until it begins.
 */
export function isSettled({ status, refundRequestedTime, ticket }: Order): boolean {
  if (status === OrderStatus.AWAITING_PAYMENT) return false;
  if (status !== OrderStatus.COMPLETE) return true;
  const start = ticket?.event?.startTime;
  return !refundRequestedTime && (!start || timestampMs(start) <= serverClock.now());
}

/**
 * An order as it is now: read once, then followed by its stream until it is settled. `take` takes the answers of calls
 * that change the order. The highest version wins, whether it was read, streamed or taken.
 */
export function useOrder(orderId: string) {
  const query = useQuery(OrderService.method.getOrder, { orderId });
  const [heard, setHeard] = useState<Order>();
  const read = query.data?.order;
  const newest = heard?.id === orderId && heard.version >= (read?.version ?? 0n) ? heard : read;
  const order = useMemo(() => newest && typedOrder(newest), [newest]);
  const take = (newer: Order | undefined) => {
    if (newer) setHeard((held) => (held?.id === newer.id && held.version > newer.version ? held : newer));
  };
  useStream({
    key: order && !isSettled(order) ? orderId : undefined,
    open: (signal) => orders.watchOrder({ orderId }, { signal, timeoutMs: 0 }),
    onMessage: (message) => take(message.order),
    isLast: (message) => message.order !== undefined && isSettled(message.order),
  });
  return { query, order, take, refresh: () => void query.refetch() };
}
