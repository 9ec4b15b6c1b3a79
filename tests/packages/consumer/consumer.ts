import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { TicketStatus } from "@ticketing/proto/tickets/v1/ticket";
import { TicketEventSchema } from "@ticketing/proto/tickets/v1/ticket_events";
import { DomainError, reasonOf } from "@ticketing/runtime/domain-error";

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
const reason = reasonOf(
  new DomainError(Code.FailedPrecondition, "TICKET_LOCKED", "somebody is paying for it"),
);

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
  }),
);
