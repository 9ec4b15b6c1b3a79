/** How far the cancellation of an event has come: what one run of its workflow leaves to the next. */
export interface Progress {
  /** When its tickets were frozen: nobody can lock one since. Epoch milliseconds; absent: not known to be so yet. */
  frozenTime?: number;
  /** Where the pass goes on; empty: at its first page. */
  pageToken: string;
  /** Orders of this pass that are not handled. */
  open: number;
  /** Passes that came to their end. */
  passes: number;
  /** How long the next pause is, in milliseconds. */
  pauseMs: number;
}

/** What became of a page of orders. */
export interface PageOutcome {
  /** Empty on the last page. */
  nextPageToken: string;
  /** Orders that still await payment: their lifecycles are ending them. */
  waiting: number;
  /** Orders that got no answer, or a refusal that nobody expects. */
  unanswered: number;
  /** Orders that do not exist, though a lock names them. */
  unknown: number;
}

/** What comes next: a pause, which may be 0, and then the progress; or nothing. */
export type Step = { next: "end" } | { next: "go on"; progress: Progress; waitMs: number };

export const BEGIN: Progress = { pageToken: "", open: 0, passes: 0, pauseMs: 1_000 };

/** An order ends within seconds, unless something is away; then there is no hurry. */
const LONGEST_PAUSE_MS = 60_000;
/**
 * How long an order may come after its lock: orders opens none whose lock is over. Longer than LOCK_DURATION; a lock
 * whose order has not come by then never gets one.
 */
const UNKNOWN_MS = 3_600_000;

const longer = (pauseMs: number) => Math.min(pauseMs * 2, LONGEST_PAUSE_MS);

/** After a look at whether the tickets are frozen. The first pass begins when they are: what it lists is all then. */
export function afterLook(progress: Progress, frozen: boolean, now: number): Step {
  if (frozen) return { next: "go on", progress: { ...BEGIN, frozenTime: now }, waitMs: 0 };
  const { pauseMs } = progress;
  return { next: "go on", progress: { ...progress, pauseMs: longer(pauseMs) }, waitMs: pauseMs };
}

/** After a page: the next one, another pass after a pause, or the end once a pass left nothing open. */
export function afterPage(progress: Progress, page: PageOutcome, now: number): Step {
  const mayCome = now < (progress.frozenTime ?? now) + UNKNOWN_MS;
  const open = progress.open + page.waiting + page.unanswered + (mayCome ? page.unknown : 0);
  if (page.nextPageToken) {
    return { next: "go on", progress: { ...progress, open, pageToken: page.nextPageToken }, waitMs: 0 };
  }
  if (open === 0) return { next: "end" };
  const { pauseMs } = progress;
  const again = { pageToken: "", open: 0, passes: progress.passes + 1, pauseMs: longer(pauseMs) };
  return { next: "go on", progress: { ...progress, ...again }, waitMs: pauseMs };
}
