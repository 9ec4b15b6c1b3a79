import { randomUUID } from "node:crypto";
import type { Event } from "@ticketing/proto/events/v1/event";
import { Category, type Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { enter, type Person } from "./clients.ts";
import { newEvent, newVenue, PRICE } from "./stories.ts";
import type { TestMesh } from "./test-mesh.ts";

/** An event that the seller proposes, and so many tickets for it. */
export async function announceEvent(
  seller: Person,
  tickets: number,
): Promise<{ event: Event; listed: Ticket[] }> {
  const { venue } = await seller.events.proposeVenue(newVenue());
  const { event } = await seller.events.proposeEvent(newEvent(venue?.id ?? "", `Hamlet ${randomUUID()}`));
  if (!event) throw new Error("there is no event");
  const list = async () => {
    const { ticket } = await seller.tickets.createTicket({
      requestId: randomUUID(),
      title: "Stalls",
      category: Category.THEATRE,
      eventId: event.id,
      price: PRICE,
    });
    if (!ticket) throw new Error("there is no ticket");
    return ticket;
  };
  return { event, listed: await Promise.all(Array.from({ length: tickets }, list)) };
}

/** Cancels an event, as the one operator of a mesh that nobody has been yet. */
export async function cancelAsOperator(mesh: TestMesh, event: Event): Promise<void> {
  const account = { email: "operator@example.com", password: randomUUID(), displayName: "Operator" };
  const operator = await enter(mesh.addresses.gateway, account);
  await operator.events.cancelEvent({ eventId: event.id, version: event.version, reason: "a test" });
}
