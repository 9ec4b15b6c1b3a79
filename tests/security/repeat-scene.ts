import { randomUUID } from "node:crypto";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { derivedId } from "@ticketing/runtime/process/ids";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";
import { newEvent, newListing, newOrder, newVenue, retry, stories } from "../support/stories.ts";
import { stripePayments, type TestMesh } from "../support/test-mesh.ts";
import type { Account, World } from "./attacked-mesh.ts";

/** A purchase to be: what is asked for, and the id that its order will have. */
interface Purchase {
  readonly ticket: Ticket;
  readonly request: ReturnType<typeof newOrder>;
  readonly orderId: string;
}

/** People, tickets and orders that nothing else in the mesh knows of, for calls that are repeated. */
export type RepeatScene = Awaited<ReturnType<typeof setRepeatScene>>;

export async function setRepeatScene({ mesh, newcomer }: World) {
  const [seller, buyer, suspect] = await Promise.all([
    newcomer("lister"),
    newcomer("repeater"),
    newcomer("suspect"),
  ]);
  const people = [
    { ...seller, displayName: "" },
    { ...buyer, displayName: "" },
  ] as const;
  const refunded = await stories.purchase(mesh, ...people);
  const delivered = (await stories.purchase(mesh, ...people)).order.id;
  await retry(() => seller.deliveries.getDelivery({ orderId: delivered }));
  const list = async () => present((await seller.tickets.createTicket(newListing())).ticket);
  const purchase = async (): Promise<Purchase> => {
    const ticket = await list();
    const request = newOrder(ticket);
    return { ticket, request, orderId: derivedId(buyer.userId, request.requestId) };
  };
  const [sold, voided, expired, cancelled, calledOffOrder, locked, withdrawn, takenDown] = await Promise.all([
    purchase(),
    purchase(),
    purchase(),
    purchase(),
    purchase(),
    list(),
    list(),
    list(),
  ]);
  const { email, password } = seller;
  const grant = { case: "credentials" as const, value: { email, password } };
  const listing = newListing();
  const name = `Hall ${randomUUID()}`;
  const venue = newVenue(name);
  const venueId = derivedId(`${seller.userId}:venue`, venue.requestId);
  const event = newEvent(venueId, name);
  const elsewhere = present((await seller.events.proposeVenue(newVenue(`Other ${randomUUID()}`))).venue);
  const propose = async () =>
    present((await seller.events.proposeEvent(newEvent(elsewhere.id, randomUUID()))).event);
  const [twin, calledOff] = [await propose(), await propose()];
  const scene = {
    seller,
    buyer,
    /** Whom an operator suspends for a while. */
    suspect,
    /** A session of the seller's besides the one that lists. */
    otherSession: (await seller.auth.issueToken({ grant })).refreshToken,
    listing,
    listed: derivedId(seller.userId, listing.requestId ?? ""),
    withdrawn,
    /** What an operator takes down. */
    takenDown,
    /** The request_id of a change of what is listed. */
    edit: randomUUID(),
    venue,
    venueId,
    event,
    eventId: derivedId(`${seller.userId}:event`, event.requestId),
    /** Another event, which turns out to be the same. */
    twin,
    /** An event that does not take place. */
    calledOff,
    /** For a lock whose order is never opened. */
    lock: { ticketId: locked.id, orderId: randomUUID() },
    lockBuyerId: randomUUID(),
    price: locked.price,
    sold,
    voided,
    expired,
    cancelled,
    /** Open when its event turns out not to take place. */
    calledOffOrder,
    /** Complete already: its refund is asked for, and made by its workflow. */
    refunded: { ticketId: refunded.ticket.id, orderId: refunded.order.id },
    /** The order of a ticket that is to be delivered. */
    delivered,
    /** A PaymentIntent of this mesh that no payment knows. */
    strayIntent: await makeStrayIntent(mesh),
  };
  const { listed, lock, lockBuyerId, strayIntent, eventId } = scene;
  const orders = [sold, voided, expired, cancelled, calledOffOrder].flatMap(({ ticket, orderId }) => [
    ticket.id,
    orderId,
  ]);
  const ids = [seller.userId, buyer.userId, listed, withdrawn.id, lock.ticketId, lock.orderId, lockBuyerId];
  ids.push(takenDown.id, suspect.userId, venueId, eventId, twin.id, calledOff.id, delivered);
  return { ...scene, ids: [...ids, ...orders, strayIntent, ...Object.values(scene.refunded)] };
}

/** Opens the order, and its payment. */
export async function open(buyer: Account, { request, orderId }: Purchase): Promise<void> {
  await buyer.orders.createOrder(request);
  await buyer.payments.startPayment({ orderId });
}

/** Holds the money of an order whose payment is open, also once the order has ended: so late is its buyer's bank. */
export async function authorize(mesh: TestMesh, { orderId }: Purchase): Promise<void> {
  const [intent] = await stripePayments(mesh, orderId);
  const paid = await askStripe(mesh, `payment_intents/${intent?.id}/confirm`, {
    payment_method: "pm_card_visa",
    return_url: "https://shop.example/paid",
  });
  if (paid.status !== "requires_capture") throw new Error(`the payment is ${paid.status}`);
}

async function makeStrayIntent(mesh: TestMesh): Promise<string> {
  const payments = await MongoClient.connect(databaseUri(mesh.addresses.mongo, "payments"));
  try {
    const own = await payments.db().collection<{ _id: string; id: string }>("mesh").findOne({ _id: "mesh" });
    const intent = await askStripe(mesh, "payment_intents", {
      amount: "900",
      currency: "usd",
      capture_method: "manual",
      "metadata[mesh_id]": own?.id ?? "",
      "metadata[order_id]": randomUUID(),
    });
    return intent.id;
  } finally {
    await payments.close();
  }
}

async function askStripe(mesh: TestMesh, path: string, parameters: Record<string, string>) {
  const response = await fetch(`${mesh.addresses.stripe}/v1/${path}`, {
    method: "POST",
    headers: { authorization: "Bearer sk_test_double" },
    body: new URLSearchParams(parameters),
  });
  return (await response.json()) as { id: string; status: string };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("an answer without what was asked for");
  return value;
}
