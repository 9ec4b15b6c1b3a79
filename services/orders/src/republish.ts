import { republish } from "@ticketing/runtime/documents/republish";
import { outbox } from "./outbox.ts";

await republish(outbox);
