import { proxyActivities } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import { type Drift, driftKey, type Skipped, type Source, unique } from "./drift.ts";
import { type FailedActivity, isFailed, orFailure } from "./failed-activity.ts";
import { fairShare } from "./fair-share.ts";
import type { Look, Overdue, Selection } from "./look.ts";

const { look, lookAtOverdue } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s", maximumAttempts: 6 },
});

/** What is carried between looks and runs has a bound; whoever has more has one fault behind them all. */
const MAX_SUSPECTS = 500;
const MAX_NAMED = 500;
const BATCH = 100;

/** From when on a source is compared again, where its comparison did not come to its end. Epoch milliseconds. */
export type Unfinished = Partial<Record<Source, number>>;

/** What is walked through to its last page: the records of a source, or the orders that are overdue. */
export type Walk = Source | "overdue";

/** A first look that is not over yet. The later fields are absent in what earlier releases left. */
export interface FirstLook {
  startTime: number;
  since: number;
  before: Drift[];
  suspects: Drift[];
  compared: number;
  left: Walk[];
  /** Where each walk goes on; absent in what earlier releases left. */
  pageTokens?: Partial<Record<Walk, string>>;
  /** Where the first of `left` goes on: in what earlier releases left, which walked one after the other. */
  pageToken?: string;
  /** When the last full pass ended whose differences are among those before. Epoch milliseconds. */
  fullSeen?: number | undefined;
  /** Where sources begin that begin before `since`. */
  sinceOf?: Unfinished;
  /** How much later than the others a source's changes are compared, in milliseconds. */
  lags?: Partial<Record<Source, number>>;
  /** Records that the run before left out: ids by source. */
  again?: Partial<Record<Source, string[]>>;
  /** Where the next run begins for sources that this one does not come to the end of. */
  unfinished?: Unfinished;
  /** Suspects beyond the bound. */
  unchecked?: number;
  /** What could not be compared: how many, and the first of them. */
  skipped?: { count: number; named: Skipped[] };
}

/** A first look as this release goes on with it. */
export const resumed = (begun: FirstLook): FirstLook =>
  begun.pageTokens
    ? begun
    : { ...begun, pageTokens: begun.left[0] ? { [begun.left[0]]: begun.pageToken } : {} };

/** What a walk looks at next. */
interface Step {
  walk: Walk;
  source: Source;
  selection: Selection | Overdue;
}

/** Records that were left out before come first, then a page of those that changed. */
export function nextStep(now: FirstLook, walk: Walk, graceMs: number): Step {
  const pageToken = now.pageTokens?.[walk] ?? "";
  if (walk === "overdue") {
    return { walk, source: "orders", selection: { dueBefore: now.startTime - graceMs, pageToken } };
  }
  const ids = now.again?.[walk]?.slice(0, BATCH) ?? [];
  const selection = ids.length > 0 ? { ids } : { ...spanOf(now, walk), pageToken };
  return { walk, source: walk, selection };
}

/** The changes that are compared of a source. */
export function spanOf(now: FirstLook, source: Source): { since: number; until: number } {
  const lag = now.lags?.[source] ?? 0;
  const since = Math.min(now.since - lag, now.sinceOf?.[source] ?? now.since);
  return { since: Math.max(since, 0), until: now.startTime - lag };
}

/** What is seen there; or why there was no answer. */
export const lookAt = ({ source, selection }: Step, graceMs: number): Promise<Look | FailedActivity> =>
  orFailure("dueBefore" in selection ? lookAtOverdue(selection, graceMs) : look(source, selection, graceMs));

/** How far the first look is after a step of one of its walks; others may have gone on meanwhile. */
export function afterStep(
  now: FirstLook,
  { walk, source, selection }: Step,
  seen: Look | FailedActivity,
): FirstLook {
  const ids = "ids" in selection ? selection.ids : [];
  const { compared, drift, skipped = [], nextPageToken } = isFailed(seen) ? none(source, ids, seen) : seen;

  const all = unique([...now.suspects, ...drift]);
  const suspects = shared(all, now.before);
  const named = [...(now.skipped?.named ?? []), ...skipped];
  // What is only a number from here on is where the next run begins; what is overdue then is so still.
  const leftOut = named.length > MAX_NAMED || skipped.some(({ id }) => id === "");
  const lost = new Set(all.filter((each) => !suspects.includes(each)).map((each) => each.source));
  if (leftOut && walk !== "overdue") lost.add(source);
  const begins = [...lost].map((each) => [each, spanOf(now, each).since]);
  const over = ids.length === 0 && !nextPageToken;
  return {
    ...now,
    suspects,
    compared: now.compared + compared,
    left: over ? now.left.filter((each) => each !== walk) : now.left,
    pageTokens: { ...now.pageTokens, [walk]: nextPageToken },
    again: { ...now.again, [source]: now.again?.[source]?.slice(ids.length) ?? [] },
    unfinished: lost.size > 0 ? { ...now.unfinished, ...Object.fromEntries(begins) } : now.unfinished,
    unchecked: (now.unchecked ?? 0) + all.length - suspects.length,
    skipped: { count: (now.skipped?.count ?? 0) + skipped.length, named: named.slice(0, MAX_NAMED) },
  };
}

/** A look that had no answer: the records that it was about, or the rest of the source, are left out. */
function none(source: Source, ids: string[], { failed: reason }: { failed: string }): Look {
  const skipped = (ids.length > 0 ? ids : [""]).map((id) => ({ source, id, reason }));
  return { compared: 0, drift: [], skipped, nextPageToken: "" };
}

/** As many suspects as a run looks at again: no kind of one source crowds out others, nor the known ones the new. */
function shared(suspects: Drift[], before: Drift[]): Drift[] {
  if (suspects.length <= MAX_SUSPECTS) return suspects;
  const known = new Set(before.map(driftKey));
  const group = (each: Drift) => `${each.source} ${each.kind} ${known.has(driftKey(each))}`;
  return fairShare(suspects, group, MAX_SUSPECTS);
}
