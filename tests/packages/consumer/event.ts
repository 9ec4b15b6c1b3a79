import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import type { PublicReason } from "@ticketing/proto/reason";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";

// Reads an event from its bytes, as a program of somebody else's would.
const bytes = toBinary(
  TicketEventSchema,
  create(TicketEventSchema, {
    id: "0190b8a0-0000-7000-8000-000000000000",
    version: 2n,
    transition: { case: "ticketLocked", value: { orderId: "0190b8a0-0000-7000-8000-000000000001" } },
    state: {
      storedStatus: TicketStatus.AVAILABLE,
      price: { minorUnits: 12_500n, currency: "EUR" },
    },
  }),
);
const event = fromBinary(TicketEventSchema, bytes);
const reason: PublicReason = "TICKET_LOCKED";

let unknown = "accepted";
try {
  fromBinary(TicketEventSchema, new Uint8Array([0xff, 0xff, 0xff]));
} catch {
  unknown = "rejected";
}
console.log(
  JSON.stringify({
    reason,
    price: `${event.state?.price?.minorUnits} ${event.state?.price?.currency}`,
    unknown,
    bytes: base64Encode(bytes),
  }),
);
