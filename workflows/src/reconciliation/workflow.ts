import { continueAsNew, patched, proxyActivities, sleep, workflowInfo } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import { beginAfter } from "./begin.ts";
import type { Changes } from "./changes.ts";
import { type Drift, type DriftName, driftKey, type Source, sources } from "./drift.ts";
import { isFailed, orFailure } from "./failed-activity.ts";
import {
  afterStep,
  type FirstLook,
  lookAt,
  nextStep,
  resumed,
  type Unfinished,
  type Walk,
} from "./first-look.ts";
import type { FullPass } from "./full-pass.ts";
import { lookAgain } from "./second-look.ts";

const { mend } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "30s",
  retry: { initialInterval: "1s", maximumAttempts: 3 },
});
const { report } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s", maximumAttempts: 10 },
});

const { fullPass } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "30s",
  retry: { initialInterval: "1s", maximumInterval: "10s", maximumAttempts: 6 },
});

/** Pages after which a run goes on with a history of its own. */
const PAGES_PER_RUN = 100;
/** Mendings of a kind without an answer, after which the rest of the kind is left to the next run. */
const MAX_UNANSWERED = 5;

/**
 * How reconciliation is done. A run with `changes` compares what changed since the last one began; one without, such as
 * each night's, also all that had changed within the window before.
 */
export interface Plan {
  /** How far before the last run's start records may have changed and are compared again. */
  windowMs: number;
  /** How long services may disagree because something is under way. */
  graceMs: number;
  changes?: Changes;
}

/** What a run leaves to the next. The later fields are absent in what earlier releases left. */
export interface Reconciled {
  startTime: number;
  compared: number;
  drift: (Drift & { mended: boolean })[];
  unfinished?: Unfinished;
  /** Records that could not be compared, by their ids. */
  leftOut?: Partial<Record<Source, string[]>>;
  /** When the last full pass ended whose differences were taken over. Epoch milliseconds. */
  fullSeen?: number | undefined;
}

/**
 * Compares tickets, orders, payments and Stripe. Each is read at another moment, so one look proves nothing: what
 * is still so at a second look, a grace later, is drift. It is mended where that is safe, and all is reported, also
 * what could not be compared: no record, no service and no answer of Stripe's keeps a run from its end.
 */
export async function reconciliation(plan: Plan, begun?: FirstLook): Promise<Reconciled> {
  const first = await firstLook(plan, begun ?? (await begin(plan)));
  const { startTime, before, suspects, compared, unfinished, fullSeen, unchecked = 0 } = first;
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
  return { startTime, compared, drift, unfinished, leftOut, fullSeen };
}

async function begin(plan: Plan): Promise<FirstLook> {
  const { windowMs } = plan;
  const last = workflowInfo().lastResult as Reconciled | undefined;
  const startTime = Date.now();
  // A worker of the release before may have begun this run: it knew only the window, and walked source after source.
  if (!patched("compares-changes"))
    return { ...knownBefore(beginAfter(last, { windowMs, startTime })), pageTokens: undefined };
  const { changes } = plan;
  const full = changes && (await lastFullPass());
  const begun = beginAfter(last, { windowMs, changes, full, startTime });
  if (!patched("compares-earnings")) return knownBefore(begun);
  return patched("compares-balance") ? begun : without(begun, "movements", "charges");
}

/** What a worker of the release before began with: it compared no earnings. */
const knownBefore = (begun: FirstLook): FirstLook => without(begun, "earnings", "movements", "charges");

const without = (begun: FirstLook, ...unknown: Walk[]): FirstLook => ({
  ...begun,
  left: begun.left.filter((walk) => !unknown.includes(walk)),
});

/** What the last full pass found; without an answer the next run asks again. */
async function lastFullPass(): Promise<FullPass | undefined> {
  const answer = await orFailure(fullPass());
  return isFailed(answer) ? undefined : (answer ?? undefined);
}

/** Walks through all that is left, side by side: each walk holds one page at a time. */
async function firstLook(plan: Plan, begun: FirstLook): Promise<FirstLook> {
  let now = resumed(begun);
  let pages = 0;
  async function goThrough(walk: Walk): Promise<void> {
    while (now.left.includes(walk) && pages < PAGES_PER_RUN) {
      pages += 1;
      const step = nextStep(now, walk, plan.graceMs);
      const seen = await lookAt(step, plan.graceMs);
      now = afterStep(now, step, seen);
    }
  }
  if (begun.pageTokens) await Promise.all(begun.left.map(goThrough));
  else for (const walk of begun.left) await goThrough(walk);
  return now.left.length > 0 ? continueAsNew<typeof reconciliation>(plan, now) : now;
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
