/** How many are remembered: events of captures come within moments, or to another replica. */
const MAX_REMEMBERED = 1_000;

export type CaptureCalls = ReturnType<typeof createCaptureCalls>;

/**
 * Remembers what this process's captures were answered: lifecycles that know need no signal, and one that came amid
 * their task would have all of it done again.
 */
export function createCaptureCalls() {
  const captured = new Map<string, Promise<boolean>>();
  return {
    add(orderId: string, call: Promise<"captured" | "refused">): void {
      const answer = call.then(
        (outcome) => outcome === "captured",
        () => false,
      );
      captured.delete(orderId);
      captured.set(orderId, answer);
      const [oldest] = captured.keys();
      if (captured.size > MAX_REMEMBERED && oldest !== undefined) captured.delete(oldest);
    },

    /** Whether the newest call was told that it succeeded; waits for one that is under way. It is forgotten then. */
    async take(orderId: string): Promise<boolean> {
      const answer = captured.get(orderId);
      captured.delete(orderId);
      return (await answer) ?? false;
    },
  };
}
