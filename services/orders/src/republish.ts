import { republish } from "@ticketing/runtime/republish";
import { outbox } from "./outbox.ts";

await republish(outbox);
