import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Delivery, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService } from "@ticketing/proto/deliveries/v1/delivery_service";
import { Notice } from "../design/states.tsx";
import { dueTime } from "./delivery-part.tsx";
import { deliveryTexts as texts } from "./texts.ts";

/** So many are shown: the most urgent. */
const SHOWN = 5;

/**
 * What the seller has to deliver, the most urgent first, with the way there; nothing where nothing is due. `titleOf` knows
 * the event of an order that the page shows. That it cannot be read hides it: the orders tell the same.
 */
export function ToDeliver({ titleOf }: { titleOf: (orderId: string) => string | undefined }) {
  const { data } = useQuery(
    DeliveryService.method.listDeliveriesDue,
    { pageSize: SHOWN, pageToken: "" },
    { staleTime: 0 },
  );
  const due = data?.deliveries ?? [];
  if (due.length === 0) return null;
  return (
    <Notice tone="warn" title={texts.toDeliver}>
      <ul>
        {due.map((delivery) => (
          <li key={delivery.id}>
            <Link to="/orders/$orderId" params={{ orderId: delivery.id }}>
              <bdi>{titleOf(delivery.id) ?? texts.orderNumber(delivery.id)}</bdi>
            </Link>
            {`: ${urgency(delivery)}`}
          </li>
        ))}
      </ul>
      {data?.nextPageToken && <p>{texts.andMore}</p>}
    </Notice>
  );
}

const urgency = (delivery: Delivery): string =>
  (delivery.status === DeliveryStatus.OVERDUE ? texts.wasDueBy : texts.dueBy)(dueTime(delivery));
