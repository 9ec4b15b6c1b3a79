import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { StatusPill, type Tone } from "../design/card.tsx";
import { ticketTexts as texts } from "../texts/ticket.ts";

const shown: Readonly<Record<TicketStatus, readonly [Tone, string]>> = {
  [TicketStatus.UNSPECIFIED]: ["neutral", texts.unknown],
  [TicketStatus.AVAILABLE]: ["good", texts.available],
  [TicketStatus.LOCKED]: ["warn", texts.locked],
  [TicketStatus.SOLD]: ["neutral", texts.sold],
  [TicketStatus.WITHDRAWN]: ["neutral", texts.withdrawn],
};

/** Whether a ticket can be had. */
export function TicketStatusPill({ status, mine = false }: { status: TicketStatus; mine?: boolean }) {
  const [tone, words] = mine ? (["accent", texts.mine] as const) : shown[status];
  return <StatusPill tone={tone}>{words}</StatusPill>;
}
