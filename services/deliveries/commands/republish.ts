import { republish } from "@ticketing/runtime/serving/republish";
import { deliveryAggregate } from "../src/delivery-aggregate.ts";

await republish(deliveryAggregate);
