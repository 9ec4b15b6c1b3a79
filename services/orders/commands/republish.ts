import { republish } from "@ticketing/runtime/serving/republish";
import { orderAggregate } from "../src/order-aggregate.ts";

await republish(orderAggregate);
