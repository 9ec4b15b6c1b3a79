import { UserEventSchema } from "@ticketing/proto/auth/v1/user_events";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { decodeEvent } from "@ticketing/runtime/events/decode-event";
import { type Events, type IncomingEvent, PoisonEvent } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { BuyerLockStore } from "./buyer-lock-store.ts";
import { withStanding } from "./buyer-locks.ts";
import { followSeller } from "./seller-standing.ts";
import type { TicketStore } from "./ticket-aggregate.ts";
import { ticketPages } from "./ticket-pages.ts";
import type { UserStanding } from "./user-standing.ts";

interface FollowDependencies {
  tickets: TicketStore;
  buyers: BuyerLockStore;
  clock: Clock;
}

/** Lets tickets follow the stream USERS: who may sell and buy. */
export function followUsers(deps: FollowDependencies, events: Pick<Events, "consume">): void {
  events.consume({ stream: "USERS", durable: "tickets", filter: "evt.auth.>", handle: onUserEvent(deps) });
}

/** Takes an event of a user; one that says nothing of a suspension changes nothing. */
export const onUserEvent =
  (deps: FollowDependencies) =>
  async ({ payload }: Pick<IncomingEvent, "payload">): Promise<void> => {
    const { id, state, transition } = decodeEvent(UserEventSchema, payload);
    if (!state) throw new PoisonEvent("the event has no state");
    if (!state.suspended && transition.case !== "userReinstated") return;
    await followUser(deps, id, { version: Number(state.version), suspended: state.suspended });
  };

/**
 * The user buys and lists as the newest standing allows; then all that the user has for sale, or may get back from a sale,
 * takes it over. Who lists a ticket meanwhile looks at the standing after that.
 */
export async function followUser(
  { tickets, buyers, clock }: FollowDependencies,
  userId: string,
  standing: UserStanding,
): Promise<void> {
  await buyers.update(userId, (locks) => withStanding(locks, standing));
  const unsold = { sellerId: userId, storedStatus: { $ne: TicketStatus.WITHDRAWN } } as const;
  for await (const page of ticketPages(tickets, unsold)) {
    await Promise.all(
      page.map((ticket) =>
        tickets.update(ticket._id, (current) => followSeller(current, standing, clock()), ticket),
      ),
    );
  }
}
