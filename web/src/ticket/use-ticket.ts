import { useQuery } from "@connectrpc/connect-query";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useEffect, useMemo } from "react";
import { isOverdue, useLiveTickets } from "./live-tickets.ts";

/**
 * A ticket as it is now: read from the service that decides, kept up to date by the stream. Only the former knows whose
 * lock it is, so it is asked again whenever the stream tells of something new.
 */
export function useTicket(ticketId: string) {
  const query = useQuery(
    TicketService.method.getTicket,
    { ticketId },
    // A state that should be over is asked about until it is: also without the stream the ticket is as it is.
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

/** The stream's copy never names an order; the lock that was read does, to its parties. */
function withParties(live: Ticket, read: Ticket): Ticket {
  return live.version === read.version && live.status === read.status ? read : live;
}
