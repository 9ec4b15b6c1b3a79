import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { StatusPill, type Tone } from "../design/card.tsx";
import { ticketTexts as texts } from "./texts.ts";

const shown: Readonly<Record<TicketStatus, readonly [Tone, string]>> = {
  [TicketStatus.UNSPECIFIED]: ["neutral", texts.unknown],
  [TicketStatus.AVAILABLE]: ["good", texts.available],
  [TicketStatus.LOCKED]: ["warn", texts.locked],
  [TicketStatus.SOLD]: ["neutral", texts.sold],
  [TicketStatus.WITHDRAWN]: ["neutral", texts.withdrawn],
  [TicketStatus.EXPIRED]: ["neutral", texts.expired],
};

/** The status of a ticket as a pill. */
export function TicketStatusPill({ status, mine = false }: { status: TicketStatus; mine?: boolean }) {
  // A service may know a status that this page, loaded before the last release, does not.
  const [tone, words] = mine
    ? (["accent", texts.mine] as const)
    : (shown[status] ?? shown[TicketStatus.UNSPECIFIED]);
  return <StatusPill tone={tone}>{words}</StatusPill>;
}
