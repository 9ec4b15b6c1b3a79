import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryEventSchema } from "@ticketing/proto/deliveries/v1/delivery_events";
import { transitionsOf } from "@ticketing/runtime/documents/transition";
import { isOver } from "@ticketing/runtime/process/clock";
import type { Delivery } from "./delivery.ts";

const { advance } = transitionsOf(DeliveryEventSchema);

/**
 * When the next reminder of a delivery is due, which is after `now`; undefined where none is left. `leadsMs`: how long
 * before `deliverBy` each of them is, in any order.
 */
export function nextReminder(deliverBy: Date, leadsMs: readonly number[], now: Date): Date | undefined {
  const times = leadsMs.map((leadMs) => deliverBy.getTime() - leadMs);
  const next = Math.min(...times.filter((time) => time > now.getTime()));
  return Number.isFinite(next) ? new Date(next) : undefined;
}

/**
 * When the next reminder is due once a ticket has to be there at another time, `deliverBy`. Where that moved by less than
 * the last reminder was early, its seller knows of it: only those that are nearer to the end are left.
 */
export function reminderAfterMove(
  delivery: Pick<Delivery, "deliverBy" | "remindedLeadMs">,
  deliverBy: Date,
  leadsMs: readonly number[],
  now: Date,
): Pick<Delivery, "remindTime" | "remindedLeadMs"> {
  const { remindedLeadMs = 0 } = delivery;
  const movedMs = Math.abs(deliverBy.getTime() - delivery.deliverBy.getTime());
  if (movedMs >= remindedLeadMs) {
    return { remindTime: nextReminder(deliverBy, leadsMs, now), remindedLeadMs: undefined };
  }
  const left = leadsMs.filter((leadMs) => leadMs < remindedLeadMs);
  return { remindTime: nextReminder(deliverBy, left, now), remindedLeadMs };
}

/**
 * Reminds the seller, if that is due and the ticket is still awaited in time: once, however many reminders have become
 * due since the last look. Otherwise nothing changes.
 */
export function remind(delivery: Delivery, leadsMs: readonly number[], now: Date): Delivery {
  const { status, isDue, deliverBy, remindTime, reminders = 0 } = delivery;
  const isAwaited = isDue && status === DeliveryStatus.AWAITING_SELLER && !isOver(deliverBy, now);
  if (!isAwaited || !remindTime || !isOver(remindTime, now)) return delivery;
  const number = reminders + 1;
  const reached = leadsMs.filter((leadMs) => deliverBy.getTime() - leadMs <= now.getTime());
  return advance(delivery, { case: "deliveryReminded", value: { number: String(number) } }, now, {
    reminders: number,
    remindedTime: now,
    remindedLeadMs: reached.length > 0 ? Math.min(...reached) : undefined,
    remindTime: nextReminder(deliverBy, leadsMs, now),
  });
}
