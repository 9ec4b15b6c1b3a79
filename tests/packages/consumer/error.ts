import { Code } from "@connectrpc/connect";
import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";

// Refuses a call as the services do, in a program of somebody else's.
const refusal = new DomainError(Code.FailedPrecondition, "TICKET_LOCKED", "somebody is paying for it");
console.log(reasonOf(refusal));
