import { republish } from "@ticketing/runtime/documents/republish-command";
import { orderAggregate } from "./order-aggregate.ts";

await republish(orderAggregate);
