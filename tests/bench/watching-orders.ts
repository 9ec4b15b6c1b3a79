import { create, toBinary } from "@bufbuild/protobuf";
import { open } from "@ticketing/orders/order";
import { orderAggregate } from "@ticketing/orders/order-aggregate";
import { createOrderFeed } from "@ticketing/orders/order-feed";
import { orderMessage } from "@ticketing/orders/order-message";
import { watchOrder } from "@ticketing/orders/watch-order";
import { OrderSchema } from "@ticketing/proto/orders/v1/order";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { openDatabase } from "@ticketing/runtime/documents/database";
import { startVersionCheck } from "@ticketing/runtime/documents/version-check";
import { createEvents } from "@ticketing/runtime/events/events";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";

/**
 * A replica's feed of live orders with watchers of so many orders, one each, in a database of its own. Tells its parent
 * when it hears, and the CPU milliseconds of a check of all that is watched.
 */
const [, , natsUrl = "", stream = "", subject = "", watchers = "0", mongoUrl = ""] = process.argv;
const CHECKS = 20;
const DAY_MS = 86_400_000;

const { db } = await openDatabase(mongoUrl, silent);
const orders = await orderAggregate.store(db);
await orders.collection.deleteMany({});
const feed = createOrderFeed(orders.get);
const never = new AbortController().signal;
const deps = { read: feed.read, feed, clock, heartbeatMs: 15_000 };

async function watch(id: string, begun: () => void): Promise<void> {
  for await (const order of watchOrder(deps, id, never)) {
    if (order) toBinary(OrderSchema, create(OrderSchema, orderMessage(order)));
    begun();
  }
}

const expireTime = new Date(Date.now() + DAY_MS);
const event = {
  title: "Jazz Night of the North",
  venue: "Concert Hall",
  city: "Oslo",
  startTime: expireTime,
};
const seat = { section: "A", row: "1", number: "7" };
const ticket = { title: "Two seats", category: Category.CONCERT, event, seat, sellerName: "Anna" };
const price = { minorUnits: 12_000, currency: "EUR" };
const ids = Array.from({ length: Number(watchers) }, (_, n) => `${n}`);
const opened = ids.map((_id) => {
  const parties = { buyerId: `buyer ${_id}`, sellerId: `seller ${_id}`, ticketId: `ticket ${_id}` };
  return open({ _id, ...parties, ticket, price, fee: 1_200, expireTime }, new Date());
});
if (opened.length > 0) await orders.collection.insertMany(opened);
for (const id of ids) await new Promise<void>((resolve) => void watch(id, resolve));

const events = await createEvents({ natsUrl, name: "bench", log: silent });
const { watched, found } = feed;
const check = startVersionCheck({ collection: orders.collection, watched, found, log: silent });
await events.watch({ stream, filter: subject, handle: feed.hear });
const before = process.cpuUsage();
for (let n = 0; n < CHECKS; n++) await check.now();
const { user, system } = process.cpuUsage(before);
process.send?.({ checkMs: (user + system) / 1_000 / CHECKS });
