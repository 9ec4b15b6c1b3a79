import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { CatalogService, WatchTicketsRequestSchema } from "@ticketing/proto/catalog/v1/catalog_service";
import { type Ticket, TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { useMemo, useState } from "react";
import { serverClock } from "../api/server-clock.ts";
import { limitsOf } from "../form/limits.ts";
import { transport } from "../session/transport.ts";
import { useStream } from "../session/use-stream.ts";

/** How many tickets one stream can watch. */
const MOST = Number(limitsOf(WatchTicketsRequestSchema.field.ticketIds).max);

const catalog = createClient(CatalogService, transport);

/**
 * The tickets as they are now: each is replaced by the newest state from the page's one watch stream, unless the given
 * one is newer. Only the last hundred of a longer list are watched.
 */
export function useLiveTickets(tickets: readonly Ticket[]): readonly Ticket[] {
  const [heard, setHeard] = useState<ReadonlyMap<string, Ticket>>(new Map());
  const ids = tickets.slice(-MOST).map(({ id }) => id);
  const key = ids.length > 0 ? ids.toSorted().join() : undefined;
  useStream({
    key,
    open: (signal) => catalog.watchTickets({ ticketIds: ids }, { signal, timeoutMs: 0 }),
    onMessage({ ticket }) {
      const now = ticket?.ticket;
      // A reopened stream may begin with an older state than the last one that came.
      if (now) setHeard((before) => (isNewest(now, before) ? new Map(before).set(now.id, now) : before));
    },
  });
  return useMemo(() => tickets.map((ticket) => newer(ticket, heard.get(ticket.id))), [tickets, heard]);
}

const isNewest = (ticket: Ticket, heard: ReadonlyMap<string, Ticket>): boolean =>
  ticket.version >= (heard.get(ticket.id)?.version ?? 0n);

/**
 * A change by time alone raises no version. Of two copies with one version the streamed one wins, unless it is overdue.
 */
function newer(given: Ticket, heard: Ticket | undefined): Ticket {
  if (!heard || heard.version < given.version) return given;
  return heard.version === given.version && isOverdue(heard) ? given : heard;
}

/** Whether a ticket is shown as locked past its deadline, or as for sale after its event has begun. */
export function isOverdue({ status, lock, event }: Ticket): boolean {
  const isOver = (time: Timestamp | undefined) =>
    time !== undefined && timestampMs(time) <= serverClock.now();
  const locked = status === TicketStatus.LOCKED;
  if (locked && isOver(lock?.expireTime)) return true;
  return (locked || status === TicketStatus.AVAILABLE) && isOver(event?.startTime);
}
