import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { CatalogTicketSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { moneyInit } from "@ticketing/runtime/values/money";
import { ticketedEventInit } from "@ticketing/runtime/values/ticketed-event";
import { type Listing, statusAt } from "./listing.ts";

/** The listing as clients see it at an instant. Never names an order. */
export function listingMessage(listing: Listing, now: Date): MessageInitShape<typeof CatalogTicketSchema> {
  const status = statusAt(listing, now);
  return {
    eventId: listing.event.id,
    ticket: {
      id: listing._id,
      sellerId: listing.sellerId,
      sellerName: listing.sellerName,
      title: listing.title,
      category: listing.category,
      event: ticketedEventInit(listing.event),
      seat: listing.seat,
      price: moneyInit(listing.price),
      status,
      instant: listing.instant,
      lock:
        status === TicketStatus.LOCKED && listing.lockExpireTime
          ? { expireTime: timestampFromDate(listing.lockExpireTime) }
          : undefined,
      version: BigInt(listing.version),
      createTime: timestampFromDate(listing.createTime),
      updateTime: timestampFromDate(listing.updateTime),
    },
  };
}
