import type { Filter } from "mongodb";
import type { Ticket } from "./ticket.ts";
import type { TicketStore } from "./ticket-aggregate.ts";

/** So many tickets are read at a time, to be changed side by side. */
const TICKETS_AT_ONCE = 32;

/** The tickets that match, each once, page by page in the order of their ids. */
export async function* ticketPages(
  { collection }: TicketStore,
  filter: Filter<Ticket>,
): AsyncGenerator<Ticket[]> {
  let after = "";
  for (;;) {
    const page = await collection
      .find({ ...filter, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(TICKETS_AT_ONCE)
      .toArray();
    yield page as Ticket[];
    const last = page.at(-1);
    if (!last || page.length < TICKETS_AT_ONCE) return;
    after = last._id;
  }
}
