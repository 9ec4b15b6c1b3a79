import { DomainError, reasonOf } from "@ticketing/runtime/process/domain-error";

// Refuses a call as the services do, in a program of somebody else's.
const refusal = new DomainError("TICKET_LOCKED", "somebody is paying for it");
console.log(reasonOf(refusal));
