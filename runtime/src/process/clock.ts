/** Tells the time. Passed in wherever time decides, so that a test can tell another. */
export type Clock = () => Date;

/** The machine's own. */
export const systemClock: Clock = () => new Date();
