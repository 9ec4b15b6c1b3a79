import { Link } from "@tanstack/react-router";
import { type Delivery, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { Notice } from "../design/states.tsx";
import { dueTime } from "./delivery-part.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { useDue } from "./use-due.ts";

/**
 * What the seller has to deliver, the most urgent first, with the way there; nothing where nothing is due. `titleOf` knows
 * the event of an order that the page shows. That it cannot be read hides it: the orders tell the same.
 */
export function ToDeliver({ titleOf }: { titleOf: (orderId: string) => string | undefined }) {
  const { due = [], more } = useDue();
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
      {more && <p>{texts.andMore}</p>}
    </Notice>
  );
}

function urgency(delivery: Delivery): string {
  if (delivery.status === DeliveryStatus.OVERDUE) return texts.wasDueBy(dueTime(delivery));
  return (delivery.reminderCount > 0n ? texts.dueByReminded : texts.dueBy)(dueTime(delivery));
}
