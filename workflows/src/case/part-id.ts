/** The part of a price that goes back by this decision of a case: another one for each decision. */
export const partIdOf = (caseId: string, decision: number): string => `${caseId}:${decision}`;

/** The id of the case by whose decision a part goes back. */
export const caseIdOfPart = (partId: string): string => partId.slice(0, partId.lastIndexOf(":"));
