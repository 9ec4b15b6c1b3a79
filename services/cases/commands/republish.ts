import { republish } from "@ticketing/runtime/serving/republish";
import { caseAggregate } from "../src/case-aggregate.ts";

await republish(caseAggregate);
