import { continueAsNew, patched, proxyActivities, sleep, workflowInfo } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import { type Drift, type DriftName, driftKey, type Source, sources } from "./drift.ts";
import { orFailure } from "./failed-activity.ts";
import { type FirstLook, lookOnce, type Unfinished } from "./first-look.ts";
import { lookAgain } from "./second-look.ts";

const { mend } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "30s",
  retry: { initialInterval: "1s", maximumAttempts: 3 },
});
const { report } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s", maximumAttempts: 10 },
});

/** Pages after which a run goes on with a history of its own. */
const PAGES_PER_RUN = 100;
/** Mendings of a kind without an answer, after which the rest of the kind is left to the next run. */
const MAX_UNANSWERED = 5;

/** How reconciliation is done. */
export interface Plan {
  /** How far before the last run's start records may have changed and are compared again. */
  windowMs: number;
  /** How long services may disagree because something is under way. */
  graceMs: number;
}

/** What a run leaves to the next. The later fields are absent in what earlier releases left. */
export interface Reconciled {
  startTime: number;
  compared: number;
  drift: (Drift & { mended: boolean })[];
  unfinished?: Unfinished;
  /** Records that could not be compared, by their ids. */
  leftOut?: Partial<Record<Source, string[]>>;
}

/**
 * Compares tickets, orders, payments and Stripe. Each is read at another moment, so one look proves nothing: what
 * is still so at a second look, a grace later, is drift. It is mended where that is safe, and all is reported, also
 * what could not be compared: no record, no service and no answer of Stripe's keeps a run from its end.
 */
export async function reconciliation(plan: Plan, begun: FirstLook = begin(plan)): Promise<Reconciled> {
  const first = await firstLook(plan, begun);
  const { startTime, before, suspects, compared, unfinished, unchecked = 0 } = first;
  if (suspects.length > 0) await sleep(plan.graceMs);
  const { found, skipped: doubtful } = await lookAgain(plan, suspects);
  const known = new Set(before.map(driftKey));
  const drift: Reconciled["drift"] = [];
  const mended = mending();
  // What was mended before and is here again was not mended.
  for (const each of found)
    drift.push({ ...each, mended: (await mended(each)) && !known.has(driftKey(each)) });
  const { count = 0, named = [] } = first.skipped ?? {};
  const skipped = { count: count + doubtful.length, named: [...named, ...doubtful] };
  await orFailure(report({ startTime, endTime: Date.now(), compared, drift, unchecked, skipped }));
  const idsOf = (source: Source) => skipped.named.filter((each) => each.source === source && each.id !== "");
  const leftOut = Object.fromEntries(sources.map((source) => [source, idsOf(source).map(({ id }) => id)]));
  return { startTime, compared, drift, unfinished, leftOut };
}

/** The first run compares everything; later ones what changed since the last, and what that one found or left out. */
function begin({ windowMs }: Plan): FirstLook {
  const last = workflowInfo().lastResult as Reconciled | undefined;
  const before = last?.drift ?? [];
  return {
    startTime: Date.now(),
    since: last ? Math.max(last.startTime - windowMs, 0) : 0,
    before,
    suspects: before,
    compared: 0,
    left: [...sources],
    pageToken: "",
    sinceOf: last?.unfinished,
    again: last?.leftOut,
  };
}

async function firstLook(plan: Plan, begun: FirstLook): Promise<FirstLook> {
  let now = begun;
  for (let pages = 0; now.left[0]; pages++) {
    if (pages === PAGES_PER_RUN) return continueAsNew<typeof reconciliation>(plan, now);
    now = await lookOnce(now, now.left[0], plan.graceMs);
  }
  return now;
}

/** Whether each difference was mended. What gets no answer is left to the next run: the report must not wait for it. */
function mending() {
  const unanswered = new Map<DriftName, number>();
  return async (drift: Drift): Promise<boolean> => {
    const inVain = unanswered.get(drift.kind) ?? 0;
    if (inVain >= MAX_UNANSWERED && patched("mending-gives-up")) return false;
    const mended = await orFailure(mend(drift));
    if (typeof mended === "boolean") return mended;
    unanswered.set(drift.kind, inVain + 1);
    return false;
  };
}
