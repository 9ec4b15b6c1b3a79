import { proxyActivities } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import type { Span } from "./changes.ts";
import { type Drift, driftKey, type Skipped, type Source, unique } from "./drift.ts";
import { isFailed, orFailure } from "./failed-activity.ts";
import { fairShare } from "./fair-share.ts";
import type { Look } from "./look.ts";

const { look } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s", maximumAttempts: 6 },
});

/** What is carried between looks and runs has a bound; whoever has more has one fault behind them all. */
const MAX_SUSPECTS = 500;
const MAX_NAMED = 500;
const BATCH = 100;

/** From when on a source is compared again, where its comparison did not come to its end. Epoch milliseconds. */
export type Unfinished = Partial<Record<Source, number>>;

/** A first look that is not over yet. The later fields are absent in what earlier releases left. */
export interface FirstLook {
  startTime: number;
  since: number;
  before: Drift[];
  suspects: Drift[];
  compared: number;
  left: Source[];
  pageToken: string;
  /** When the last full pass ended whose differences are among those before. Epoch milliseconds. */
  fullSeen?: number | undefined;
  /** Where sources begin that begin before `since`. */
  sinceOf?: Unfinished;
  /** Records that the run before left out: ids by source. */
  again?: Partial<Record<Source, string[]>>;
  /** Records that changed then, by source, are compared before those that changed since. */
  settled?: Partial<Record<Source, Span>>;
  /** Where the next run begins for sources that this one does not come to the end of. */
  unfinished?: Unfinished;
  /** Suspects beyond the bound. */
  unchecked?: number;
  /** What could not be compared: how many, and the first of them. */
  skipped?: { count: number; named: Skipped[] };
}

/**
 * One look at the source that is next: at records that were left out before, then a page of those that are compared
 * once more, then a page of those that changed.
 */
export async function lookOnce(now: FirstLook, source: Source, graceMs: number): Promise<FirstLook> {
  const { pageToken } = now;
  const changed = { since: Math.min(now.since, now.sinceOf?.[source] ?? now.since), until: now.startTime };
  const waiting = now.again?.[source] ?? [];
  const ids = waiting.slice(0, BATCH);
  const settled = now.settled?.[source];
  const span = settled ?? changed;
  const selection = ids.length > 0 ? { ids } : { ...span, pageToken };
  const seen = await orFailure(look(source, selection, graceMs));
  const { compared, drift, skipped = [], nextPageToken } = isFailed(seen) ? none(source, ids, seen) : seen;

  const all = unique([...now.suspects, ...drift]);
  const suspects = shared(all, now.before);
  const named = [...(now.skipped?.named ?? []), ...skipped];
  // What is only a number from here on is where the next run begins.
  const lost =
    suspects.length < all.length || named.length > MAX_NAMED || skipped.some(({ id }) => id === "");
  const earliest = Math.min(span.since, now.unfinished?.[source] ?? span.since);
  const over = ids.length === 0 && !nextPageToken;
  return {
    ...now,
    suspects,
    compared: now.compared + compared,
    left: over && !settled ? now.left.slice(1) : now.left,
    pageToken: nextPageToken,
    again: { ...now.again, [source]: waiting.slice(BATCH) },
    settled: over && settled ? { ...now.settled, [source]: undefined } : now.settled,
    unfinished: lost ? { ...now.unfinished, [source]: earliest } : now.unfinished,
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
