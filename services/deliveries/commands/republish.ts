import { republish } from "@ticketing/runtime/serving/republish";
import { deliveryAggregate } from "../src/delivery-aggregate.ts";
import { ticketFileAggregate } from "../src/ticket-file-aggregate.ts";

await republish(deliveryAggregate);
await republish(ticketFileAggregate);
