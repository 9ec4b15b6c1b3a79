import { republish } from "@ticketing/runtime/serving/republish";
import { paymentAggregate } from "../src/payment-aggregate.ts";

await republish(paymentAggregate);
