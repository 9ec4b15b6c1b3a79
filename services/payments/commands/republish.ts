import { republish } from "@ticketing/runtime/documents/republish";
import { outbox } from "../src/outbox.ts";

await republish(outbox);
