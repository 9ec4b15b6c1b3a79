import { republish } from "@ticketing/runtime/documents/republish-command";
import { userAggregate } from "../src/user-aggregate.ts";

await republish(userAggregate);
