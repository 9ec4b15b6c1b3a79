import { useQuery } from "@connectrpc/connect-query";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useEffect, useMemo } from "react";
import { isOverdue, useLiveTickets } from "./live-tickets.ts";

/**
 * A ticket as it is now: read from the tickets service and kept up to date by the stream. The stream does not say who
 * holds the lock, so the ticket is read again whenever the stream shows a change.
 */
export function useTicket(ticketId: string) {
  const query = useQuery(
    TicketService.method.getTicket,
    { ticketId },
    // Read an overdue state again until it changes, so that the page is right without the stream too.
    { refetchInterval: ({ state }) => (state.data?.ticket && isOverdue(state.data.ticket) ? 1000 : false) },
  );
  const read = query.data?.ticket;
  const [live] = useLiveTickets(useMemo(() => (read ? [read] : []), [read]));
  const differs = Boolean(read && live && signature(live) !== signature(read));
  const heard = live && signature(live);
  const { refetch } = query;
  useEffect(() => {
    if (differs && heard) void refetch();
  }, [differs, heard, refetch]);
  return { query, ticket: live && read && withParties(live, read), refresh: () => void refetch() };
}

const signature = ({ version, status }: Ticket) => `${version} ${status}`;

/** The streamed copy never names the order of a lock. The copy that was read names it to buyer and seller. */
function withParties(live: Ticket, read: Ticket): Ticket {
  return live.version === read.version && live.status === read.status ? read : live;
}
