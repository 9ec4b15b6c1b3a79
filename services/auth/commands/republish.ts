import { republish } from "@ticketing/runtime/serving/republish";
import { userAggregate } from "../src/user-aggregate.ts";

await republish(userAggregate);
