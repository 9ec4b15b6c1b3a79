import { republish } from "@ticketing/runtime/documents/republish-command";
import { ticketAggregate } from "./ticket-aggregate.ts";

await republish(ticketAggregate);
