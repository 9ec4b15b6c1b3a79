import type { User } from "@ticketing/auth/user";
import type { Mesh } from "@ticketing/launcher/mesh";
import type { Order } from "@ticketing/orders/order";
import type { Payment } from "@ticketing/payments/payment";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { PaymentStatus } from "@ticketing/proto/payments/v1/payment";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { databaseUri } from "@ticketing/servers/mongo";
import type { Ticket } from "@ticketing/tickets/ticket";
import { MongoClient } from "mongodb";
import { readProjections } from "../support/projections.ts";

interface Intent {
  id: string;
  status: string;
  amount_received: number;
  metadata: { order_id?: string };
}
interface Transfer {
  amount: number;
  amount_reversed: number;
  transfer_group: string;
}
interface Refund {
  amount: number;
  payment_intent: string;
}

/** Reads all records past the APIs: what the databases store, and what Stripe holds. */
export async function readRecords(mesh: Mesh) {
  const open = async <T extends object>(database: string, collection: string): Promise<T[]> => {
    const client = new MongoClient(databaseUri(mesh.addresses.mongo, database), { maxPoolSize: 1 });
    try {
      return (await client.db().collection(collection).find().toArray()) as unknown as T[];
    } finally {
      await client.close();
    }
  };
  const [users, tickets, orders, payments, response] = await Promise.all([
    open<User>("auth", "users"),
    open<Ticket>("tickets", "tickets"),
    open<Order>("orders", "orders"),
    open<Payment>("payments", "payments"),
    fetch(`${mesh.addresses.stripe}/control/state`),
  ]);
  const stripe = (await response.json()) as {
    payment_intents: Intent[];
    refunds: Refund[];
    transfers: Transfer[];
  };
  return { users, tickets, orders, payments, projections: readProjections(mesh), stripe };
}

type Records = Awaited<ReturnType<typeof readRecords>>;

/** Where each final status of an order allows its payment to be; no payment at all is as good as a void one. */
const allowed: Partial<Record<OrderStatus, PaymentStatus[]>> = {
  [OrderStatus.COMPLETE]: [PaymentStatus.CAPTURED],
  [OrderStatus.CANCELLED]: [PaymentStatus.VOIDED, PaymentStatus.REFUNDED],
  [OrderStatus.EXPIRED]: [PaymentStatus.VOIDED, PaymentStatus.REFUNDED],
  [OrderStatus.REFUNDED]: [PaymentStatus.REFUNDED],
};

/**
 * Describes every broken promise in the records; there is none once all work is done. The rules here are written from
 * the promises and share nothing with the code that keeps them.
 */
export function faultsIn(records: Records): string[] {
  const faults: string[] = [];
  const { users, tickets, orders, payments, projections, stripe } = records;
  const ticketOf = new Map(tickets.map((ticket) => [ticket._id, ticket]));
  const paymentOf = new Map(payments.map((payment) => [payment._id, payment]));
  const now = new Date();

  for (const order of orders) {
    const name = `order ${order._id} (${OrderStatus[order.status]})`;
    const payment = paymentOf.get(order._id);
    const statuses = allowed[order.status];
    if (!statuses) {
      if (order.expireTime < now) faults.push(`${name} is past its deadline`);
      continue;
    }
    if (payment && !statuses.includes(payment.status)) {
      faults.push(`${name} has a payment that is ${PaymentStatus[payment.status]}`);
    }
    if (!payment && order.status === OrderStatus.COMPLETE) faults.push(`${name} was never paid`);
    const sold = ticketOf.get(order.ticketId)?.soldOrderId === order._id;
    if (sold !== (order.status === OrderStatus.COMPLETE)) {
      faults.push(`${name} ${sold ? "has" : "does not have"} the ticket`);
    }
    const intents = stripe.payment_intents.filter(({ metadata }) => metadata.order_id === order._id);
    const taken = intents.reduce((sum, intent) => sum + intent.amount_received, 0);
    const back = stripe.refunds
      .filter((refund) => intents.some(({ id }) => id === refund.payment_intent))
      .reduce((sum, refund) => sum + refund.amount, 0);
    const owed = order.status === OrderStatus.COMPLETE ? order.price.minorUnits : 0;
    if (taken - back !== owed) faults.push(`${name} owes ${owed} and Stripe holds ${taken} - ${back}`);
    const transfers = stripe.transfers.filter(({ transfer_group: group }) => group === order._id);
    const paidOut = transfers.reduce((sum, { amount, amount_reversed: again }) => sum + amount - again, 0);
    if (transfers.length > 1) faults.push(`${name} was paid out ${transfers.length} times`);
    if (paidOut > taken - back) faults.push(`${name} was paid out ${paidOut} of ${taken} - ${back}`);
    if (intents.some(({ status }) => status === "requires_capture")) faults.push(`${name} still holds money`);
  }
  for (const ticket of tickets) {
    const name = `ticket ${ticket._id}`;
    const buyers = orders.filter(
      ({ ticketId, status }) => ticketId === ticket._id && status === OrderStatus.COMPLETE,
    );
    if (buyers.length > 1) faults.push(`${name} was sold ${buyers.length} times`);
    if (ticket.storedStatus === TicketStatus.SOLD && buyers.length === 0) {
      faults.push(`${name} is sold and nobody has it`);
    }
    const holder = orders.find(({ _id }) => _id === ticket.lock?.orderId);
    if (holder && allowed[holder.status]) faults.push(`${name} is locked by an order that has ended`);
    if (ticket.lock && ticket.lock.expireTime < now && !holder) {
      // A lock whose order was never opened lapsed by time alone: nothing has to remove it.
      continue;
    }
    for (const listed of projections) {
      const listing = listed.get(ticket._id);
      if (listing?.version !== ticket.version)
        faults.push(`${name} is at version ${ticket.version}, its listing at ${listing?.version}`);
    }
  }
  for (const { _id, pending } of [...users, ...tickets, ...orders, ...payments]) {
    if (pending) faults.push(`${_id} has events that were not published`);
  }
  return faults;
}

/** Waits until the records break no promise; after `ms` it fails with the promises that are still broken. */
export async function waitUntilConsistent(mesh: Mesh, ms = 60_000): Promise<Records> {
  for (const end = Date.now() + ms; ; ) {
    const records = await readRecords(mesh);
    const faults = faultsIn(records);
    if (faults.length === 0) return records;
    if (Date.now() > end)
      throw new Error(`the records are still inconsistent:\n${faults.slice(0, 20).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
