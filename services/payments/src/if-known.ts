import { StripeFailure } from "@ticketing/runtime/stripe/stripe-failure";

/** What every id at Stripe is: a prefix and word characters. In a path, anything else might name another endpoint. */
const OBJECT_ID = /^[A-Za-z0-9]+_\w{1,250}$/;

/** What is read of an id, which may be anything; undefined when Stripe has no such one. */
export async function ifKnown<T>(id: string, read: () => Promise<T>): Promise<T | undefined> {
  if (!OBJECT_ID.test(id)) return undefined;
  try {
    return await read();
  } catch (error) {
    if (error instanceof StripeFailure && error.code === "resource_missing") return undefined;
    throw error;
  }
}
