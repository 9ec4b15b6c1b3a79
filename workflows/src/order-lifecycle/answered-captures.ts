/** How many are remembered: events of captures come within moments, or to another replica. */
const MAX_REMEMBERED = 1_000;

export type AnsweredCaptures = ReturnType<typeof createAnsweredCaptures>;

/** Remembers captures that this process was told to have succeeded: their lifecycles go on without a signal. */
export function createAnsweredCaptures() {
  const orderIds = new Set<string>();
  return {
    add(orderId: string): void {
      orderIds.add(orderId);
      const [oldest] = orderIds;
      if (orderIds.size > MAX_REMEMBERED && oldest !== undefined) orderIds.delete(oldest);
    },
    /** Whether it was one of them; it is forgotten then. */
    take: (orderId: string): boolean => orderIds.delete(orderId),
  };
}
