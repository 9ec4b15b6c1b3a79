import { startVersionCheck, type VersionCheck } from "@ticketing/runtime/documents/version-check";
import type { Events } from "@ticketing/runtime/events/events";
import type { Logger } from "@ticketing/runtime/process/log";
import type { Collection } from "mongodb";
import type { Order } from "./order.ts";
import type { OrderFeed } from "./order-feed.ts";

/** Feeds the watchers of orders from the stream, and with what it does not bring from the database. */
export async function feedOrders(means: {
  feed: OrderFeed;
  collection: Collection<Order>;
  events: Pick<Events, "watch">;
  log: Logger;
}): Promise<VersionCheck> {
  const { feed, collection, events, log } = means;
  const check = startVersionCheck({ collection, watched: feed.watched, found: feed.found, log });
  await events.watch({ stream: "ORDERS", filter: "evt.orders.>", handle: feed.hear, onGap: check.now });
  return check;
}
