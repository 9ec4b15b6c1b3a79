import { republish } from "@ticketing/runtime/documents/republish-command";
import { orderAggregate } from "../src/order-aggregate.ts";

await republish(orderAggregate);
