import {
  ActivityFailure,
  type ActivityInterfaceFor,
  ApplicationFailure,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  type UntypedActivities,
} from "@temporalio/workflow";

/** As a local activity a step leaves one event in the history where others leave three, and holds a workflow task. */
export const QUICK = {
  scheduleToCloseTimeout: "5s",
  retry: { initialInterval: "200ms", maximumAttempts: 2 },
} as const;

/** An activity occupies no worker between attempts; all attempts together leave three events in the history. */
export const PATIENT = {
  startToCloseTimeout: "20s",
  retry: { initialInterval: "3s", backoffCoefficient: 3, maximumInterval: "1m" },
} as const;

/**
 * Steps that are repeated until they have an answer: quickly at first, and patiently once that did not help, so that
 * an order that is stuck stops no other. Every step is short and safe to repeat. A refusal that a repeat cannot change
 * is thrown; {@link refusalOf} tells it.
 */
export function retriedActivities<A extends UntypedActivities>(): ActivityInterfaceFor<A> {
  const quick: UntypedActivities = proxyLocalActivities(QUICK);
  const patient: UntypedActivities = proxyActivities(PATIENT);
  const step =
    (name: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await quick[name]?.(...args);
      } catch (error) {
        if (isCancellation(error) || refusalOf(error)) throw error;
        return patient[name]?.(...args);
      }
    };
  // The proxies have whatever is asked of them: that it is an activity is what the type says.
  return new Proxy({}, { get: (_, name) => step(String(name)) }) as ActivityInterfaceFor<A>;
}

/** The reason that the last try of an activity failed with; undefined when it got no typed answer. */
export function reasonOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** The reason of a refusal that a repeat cannot change. */
export function refusalOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.nonRetryable ? (cause.type ?? "REFUSED") : undefined;
}

/**
 * Runs what a workflow does. A refusal that a repeat cannot change and that nobody expected ends the workflow as
 * failed under its reason, for an operator to look at; it can be started again then.
 */
export async function endingByRefusal(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = refusalOf(error);
    if (!reason) throw error;
    log.error("a workflow ended: a step was refused for good", { reason });
    throw ApplicationFailure.nonRetryable(`refused: ${reason}`, reason);
  }
}
