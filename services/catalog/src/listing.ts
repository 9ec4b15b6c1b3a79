import { type Category, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { isOver } from "@ticketing/runtime/process/clock";
import type { Money } from "@ticketing/runtime/values/money";
import type { Seat } from "@ticketing/runtime/values/seat";
import type { TicketedEvent } from "@ticketing/runtime/values/ticketed-event";

/** A ticket as search gives it: the public state of its newest version. */
export interface Listing {
  _id: string;
  version: number;
  sellerId: string;
  /** The name that the seller carries today. */
  sellerName: string;
  title: string;
  category: Category;
  event: TicketedEvent & { id: string };
  seat: Seat;
  price: Money;
  storedStatus: TicketStatus;
  /** Whether its buyer has the ticket as soon as the order is complete. */
  instant: boolean;
  /** Null without a lock. It may have lapsed: ask {@link statusAt}. */
  lockExpireTime: Date | null;
  createTime: Date;
  updateTime: Date;
}

/**
 * The status at an instant, as whoever may want to buy it sees it: of what is for sale, EXPIRED once its event began, also
 * under a lock, which is its buyer's affair then; LOCKED while a lock lives, and WITHDRAWN after it if the event is
 * cancelled.
 */
export function statusAt(
  { storedStatus, event, lockExpireTime }: Pick<Listing, "storedStatus" | "event" | "lockExpireTime">,
  now: Date,
): TicketStatus {
  if (storedStatus !== TicketStatus.AVAILABLE) return storedStatus;
  if (isOver(event.startTime, now)) return TicketStatus.EXPIRED;
  if (lockExpireTime && !isOver(lockExpireTime, now)) return TicketStatus.LOCKED;
  return event.cancelled ? TicketStatus.WITHDRAWN : TicketStatus.AVAILABLE;
}
