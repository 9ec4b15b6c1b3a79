import { republish } from "@ticketing/runtime/documents/republish-command";
import { userAggregate } from "./user-aggregate.ts";

await republish(userAggregate);
