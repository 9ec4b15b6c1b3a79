import { republish } from "@ticketing/runtime/documents/republish-command";
import { ticketAggregate } from "../src/ticket-aggregate.ts";

await republish(ticketAggregate);
