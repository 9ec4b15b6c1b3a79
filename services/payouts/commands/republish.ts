import { republish } from "@ticketing/runtime/serving/republish";
import { earningAggregate } from "../src/earning-aggregate.ts";
import { sellerAccountAggregate } from "../src/seller-account-aggregate.ts";

await republish(sellerAccountAggregate);
await republish(earningAggregate);
