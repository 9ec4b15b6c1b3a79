import type { Seat as SeatMessage } from "@ticketing/proto/tickets/v1/ticket";

/** Where a ticket's holder sits. Each may be empty: not all places have all three. Messages have it the same. */
export interface Seat {
  section: string;
  row: string;
  number: string;
}

/** The seat in a message; none is one without section, row and number. */
export const seatOf = (message: SeatMessage | undefined): Seat => ({
  section: message?.section ?? "",
  row: message?.row ?? "",
  number: message?.number ?? "",
});
