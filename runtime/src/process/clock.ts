/** Returns the current time. It is passed in wherever a rule depends on time, so that tests can set it. */
export type Clock = () => Date;

/**
 * Whether a deadline is over. At its very instant it is: a rule for all who ask, or two of them would disagree then.
 * Workflows, queries and the web say the same in `order-lifecycle/decision.ts`, `held.ts` and `live-tickets.ts`.
 */
export const isOver = (deadline: Date, now: Date): boolean => deadline <= now;

/** The machine's own. */
export const systemClock: Clock = () => new Date();
