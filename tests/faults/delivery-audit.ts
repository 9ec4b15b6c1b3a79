import type { Mesh } from "@ticketing/launcher/mesh";
import type { Order } from "@ticketing/orders/order";
import { DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";

/** What is read of a delivery: not by its service's code, which it judges. */
interface StoredDelivery {
  _id: string;
  buyerId: string;
  sellerId: string;
  status: DeliveryStatus;
  content?: object;
  openingCount: number;
  pending: boolean;
}

/**
 * Describes every broken promise about deliveries; there is none once all work is done. The orders are some that were
 * bought here, for events to come.
 */
export function deliveryFaultsIn(orders: readonly Order[], deliveries: readonly StoredDelivery[]): string[] {
  const faults: string[] = [];
  const deliveryOf = new Map(deliveries.map((delivery) => [delivery._id, delivery]));
  for (const order of orders) {
    const name = `order ${order._id} (${OrderStatus[order.status]})`;
    const delivery = deliveryOf.get(order._id);
    if (order.ticketOpenedTime && order.refundRequestedTime) faults.push(`${name} was opened and given back`);
    if (order.status === OrderStatus.COMPLETE && !delivery) faults.push(`${name} has no delivery`);
    if (!delivery) continue;
    if (![OrderStatus.COMPLETE, OrderStatus.REFUNDED].includes(order.status))
      faults.push(`${name} has a delivery`);
    if (delivery.buyerId !== order.buyerId || delivery.sellerId !== order.sellerId)
      faults.push(`${name} has a delivery of others`);
    const isSeen = delivery.openingCount > 0 || delivery.status === DeliveryStatus.CONFIRMED;
    if (isSeen && !order.ticketOpenedTime) faults.push(`${name} does not know that its ticket was seen`);
    const isEnded = delivery.status === DeliveryStatus.CANCELLED;
    if (isEnded !== (order.status === OrderStatus.REFUNDED))
      faults.push(`${name} has a delivery that is ${DeliveryStatus[delivery.status]}`);
    if (isEnded && delivery.content) faults.push(`${name} still keeps the ticket`);
    if (delivery.pending) faults.push(`the delivery of ${name} has events that were not published`);
  }
  return faults;
}

/** Waits until no promise about the deliveries of these orders is broken; after `ms` it fails with those that are. */
export async function waitUntilDelivered(mesh: Mesh, orders: readonly Order[], ms = 60_000): Promise<void> {
  const client = new MongoClient(databaseUri(mesh.addresses.mongo, "deliveries"), { maxPoolSize: 1 });
  try {
    for (const end = Date.now() + ms; ; ) {
      const deliveries = await client.db().collection<StoredDelivery>("deliveries").find().toArray();
      const faults = deliveryFaultsIn(orders, deliveries);
      if (faults.length === 0) return;
      if (Date.now() > end)
        throw new Error(`deliveries are inconsistent:\n${faults.slice(0, 20).join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await client.close();
  }
}
