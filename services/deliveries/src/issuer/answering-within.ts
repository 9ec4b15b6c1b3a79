import type { TicketIssuer } from "./ticket-issuer.ts";

/** An issuer whose calls throw once they have had no answer for so long: what came of them is not known then. */
export function answeringWithin(issuer: TicketIssuer, ms: number): TicketIssuer {
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`the issuer did not answer within ${ms} ms`)), ms);
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    find: (key) => inTime(issuer.find(key)),
    reissue: (request) => inTime(issuer.reissue(request)),
    takeBack: (key) => inTime(issuer.takeBack(key)),
  };
}
