import { useQuery } from "@connectrpc/connect-query";
import type { Delivery } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { isDone } from "./texts.ts";

/** A delivery has no stream. It is read again this often until nothing of it will change. */
const REFRESH_MS = 4_000;

/**
 * The delivery of a complete order as it is now. It is made a moment after the order was completed: until then it is
 * `pending`. Orders of an earlier release whose event began long ago have none. `take` takes the answers of calls that
 * change it; the highest version wins.
 */
export function useDelivery(orderId: string, isOld: boolean) {
  const [heard, setHeard] = useState<Delivery>();
  const { data, error, refetch } = useQuery(
    DeliveryService.method.getDelivery,
    { orderId },
    {
      refetchInterval: ({ state }) => {
        const status = state.data?.delivery?.status;
        if (status === undefined && isOld) return false;
        return status !== undefined && isDone(status) ? false : REFRESH_MS;
      },
    },
  );
  const read = data?.delivery;
  const delivery = heard?.id === orderId && heard.version >= (read?.version ?? 0n) ? heard : read;
  const isMissing = error !== null && reasonOf(error).name === "DELIVERY_NOT_FOUND";
  const take = (newer: Delivery | undefined) => {
    if (newer) setHeard((held) => (held?.id === newer.id && held.version > newer.version ? held : newer));
  };
  return {
    delivery,
    pending: !delivery && !isOld && (error === null || isMissing),
    error: delivery || isMissing ? undefined : error,
    take,
    retry: () => void refetch(),
  };
}
