import { useQuery } from "@connectrpc/connect-query";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";

/** So many are read: the most urgent. */
const SHOWN = 5;

/** What is due has no stream, and changes within hours. */
const REFRESH_MS = 30_000;

/** What the person who is signed in has to deliver, the most urgent first, once it was read; `more` where that is not all. */
export function useDue() {
  const { data } = useQuery(
    DeliveryService.method.listDeliveriesDue,
    { pageSize: SHOWN, pageToken: "" },
    { staleTime: 0, refetchInterval: REFRESH_MS },
  );
  return { due: data?.deliveries, more: Boolean(data?.nextPageToken) };
}
