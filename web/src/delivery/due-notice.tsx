import { Link, useLocation } from "@tanstack/react-router";
import { type Delivery, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { Notice } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";
import { useDue } from "./use-due.ts";

/**
 * Reminds a seller on every screen of the tickets that are to be delivered soon, with the way there; nothing where no
 * reminder was made, and on the screens that say it themselves. That it cannot be read hides it.
 */
export default function DueNotice() {
  const { pathname } = useLocation();
  const { due, more } = useDue();
  const pressing = due?.filter(isPressing) ?? [];
  const title = texts.pressing(pressing.length, more && pressing.length === due?.length);
  useAnnouncedChange(due && pressing.length, (now, before) => (now > before ? title : undefined));
  const isSaidHere = pathname === "/sales" || pressing.every(({ id }) => pathname === `/orders/${id}`);
  if (isSaidHere) return null;
  return (
    <div className={styles.reminder}>
      <Notice tone="warn" title={title}>
        <p>
          <Link to="/sales">{texts.toDue}</Link>
        </p>
      </Notice>
    </div>
  );
}

const isPressing = ({ reminderCount, status }: Delivery): boolean =>
  reminderCount > 0n || status === DeliveryStatus.OVERDUE;
