/** The id of a netting in the books of both sales: that which pays, and that which is owed. */
export const nettingId = (payingId: string, owedId: string): string => `netting:${payingId}:${owedId}`;
