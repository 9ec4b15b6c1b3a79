import { continueAsNew, proxyActivities, sleep, workflowInfo } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import { type Drift, driftKey, type Source, sources } from "./drift.ts";

const { look, report } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s" },
});
const { mend } = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "30s",
  retry: { initialInterval: "1s", maximumAttempts: 3 },
});

/** Pages after which a run goes on with a history of its own. */
const PAGES_PER_RUN = 100;
/** What is carried between looks and runs has a bound; whoever has more has one fault behind them all. */
const MAX_SUSPECTS = 500;
const BATCH = 100;

/** How reconciliation is done. */
export interface Plan {
  /** How far before the last run's start records may have changed and are compared again. */
  windowMs: number;
  /** How long services may disagree because something is under way. */
  graceMs: number;
}

/** What a run leaves to the next. */
export interface Reconciled {
  startTime: number;
  compared: number;
  drift: (Drift & { mended: boolean })[];
}

/** A first look that is not over yet. */
interface FirstLook {
  startTime: number;
  since: number;
  before: Drift[];
  suspects: Drift[];
  compared: number;
  left: Source[];
  pageToken: string;
}

/**
 * Compares tickets, orders, payments and Stripe. Each is read at another moment, so one look proves nothing: what
 * is still so at a second look, a grace later, is drift. It is mended where that is safe, and all is reported.
 */
export async function reconciliation(plan: Plan, begun: FirstLook = begin(plan)): Promise<Reconciled> {
  const { startTime, before, suspects, compared } = await firstLook(plan, begun);
  if (suspects.length > 0) await sleep(plan.graceMs);
  const found = await secondLook(plan, suspects);
  const known = new Set(before.map(driftKey));
  const drift: Reconciled["drift"] = [];
  // What was mended before and is here again was not mended.
  for (const each of found)
    drift.push({ ...each, mended: (await mended(each)) && !known.has(driftKey(each)) });
  await report({ startTime, endTime: Date.now(), compared, drift });
  return { startTime, compared, drift };
}

/** The first run compares everything; later ones what changed since the last, and what that one found. */
function begin({ windowMs }: Plan): FirstLook {
  const last = workflowInfo().lastResult as Reconciled | undefined;
  return {
    startTime: Date.now(),
    since: last ? Math.max(last.startTime - windowMs, 0) : 0,
    before: last?.drift ?? [],
    suspects: last?.drift ?? [],
    compared: 0,
    left: [...sources],
    pageToken: "",
  };
}

async function firstLook(plan: Plan, begun: FirstLook): Promise<FirstLook> {
  let now = begun;
  for (let pages = 0; ; pages++) {
    const [source, ...rest] = now.left;
    if (!source) return now;
    if (pages === PAGES_PER_RUN) return continueAsNew<typeof reconciliation>(plan, now);
    const { since, startTime: until, pageToken } = now;
    const seen = await look(source, { since, until, pageToken }, plan.graceMs);
    now = {
      ...now,
      suspects: unique([...now.suspects, ...seen.drift]).slice(0, MAX_SUSPECTS),
      compared: now.compared + seen.compared,
      left: seen.nextPageToken ? now.left : rest,
      pageToken: seen.nextPageToken,
    };
  }
}

/** Those of the suspects that are still so. */
async function secondLook(plan: Plan, suspects: Drift[]): Promise<Drift[]> {
  const suspected = new Set(suspects.map(driftKey));
  const found: Drift[] = [];
  for (const source of sources) {
    const ids = [...new Set(suspects.filter((each) => each.source === source).map(({ id }) => id))];
    for (let at = 0; at < ids.length; at += BATCH) {
      const { drift } = await look(source, { ids: ids.slice(at, at + BATCH) }, plan.graceMs);
      found.push(...drift.filter((each) => suspected.has(driftKey(each))));
    }
  }
  return unique(found);
}

/** A mending that gets no answer is left to the next run: the report must not wait for it. */
async function mended(drift: Drift): Promise<boolean> {
  try {
    return await mend(drift);
  } catch {
    return false;
  }
}

/** Each difference once. */
function unique(drift: Drift[]): Drift[] {
  return [...new Map(drift.map((each) => [driftKey(each), each])).values()];
}
