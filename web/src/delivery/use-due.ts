import { useQuery } from "@connectrpc/connect-query";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";

/** So many are read: the most urgent. */
const SHOWN = 5;

/** What is due has no stream, and changes within hours. Most people sell nothing, and are asked about more rarely. */
const REFRESH_MS = 30_000;
const REFRESH_OF_NONE_MS = 10 * REFRESH_MS;

/** What the person who is signed in has to deliver, the most urgent first, once it was read; `more` where that is not all. */
export function useDue() {
  const { data } = useQuery(
    DeliveryService.method.listDeliveriesDue,
    { pageSize: SHOWN, pageToken: "" },
    {
      staleTime: 0,
      refetchInterval: ({ state }) => (state.data?.deliveries.length ? REFRESH_MS : REFRESH_OF_NONE_MS),
    },
  );
  return { due: data?.deliveries, more: Boolean(data?.nextPageToken) };
}
