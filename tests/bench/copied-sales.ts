import { randomUUID } from "node:crypto";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";
import type { TestMesh } from "../support/test-mesh.ts";

interface Document {
  _id: string;
  updateTime: Date;
}

/** So many sales a second have been made, as far as the copies tell. */
const PER_SECOND = 100;

/**
 * Copies a sale that is over so many times: a ticket, an order and a payment each, written past their services. Stripe
 * knows nothing of them.
 */
export async function copySale(mesh: TestMesh, orderId: string, copies: number): Promise<void> {
  const mongo = await new MongoClient(databaseUri(mesh.addresses.mongo, "orders")).connect();
  try {
    const of = (service: string) => mongo.db(service).collection<Document>(service);
    const find = async (service: string, id: string) => {
      const found = await of(service).findOne({ _id: id });
      if (!found) throw new Error(`${service} has no ${id}`);
      return found;
    };
    const order = (await find("orders", orderId)) as Document & { ticketId: string };
    const ticket = await find("tickets", order.ticketId);
    const payment = await find("payments", orderId);
    const copied = Array.from({ length: copies }, (_, n) => {
      const updateTime = new Date(order.updateTime.getTime() - (n * 1_000) / PER_SECOND);
      const [_id, ticketId] = [randomUUID(), randomUUID()];
      return {
        orders: { ...order, _id, ticketId, updateTime },
        tickets: { ...ticket, _id: ticketId, soldOrderId: _id, updateTime },
        payments: { ...payment, _id, intentId: `pi_copy_${n}`, updateTime },
      };
    });
    for (const service of ["orders", "tickets", "payments"] as const) {
      await of(service).insertMany(copied.map((each) => each[service]));
    }
  } finally {
    await mongo.close();
  }
}
