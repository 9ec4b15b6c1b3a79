import { republish } from "@ticketing/runtime/serving/republish";
import { ticketAggregate } from "../src/ticket-aggregate.ts";

await republish(ticketAggregate);
