import { proxyActivities } from "@temporalio/workflow";
import type { ReconciliationActivities } from "./activities.ts";
import { type Drift, driftKey, isId, type Skipped, type Source, sources, unique } from "./drift.ts";
import { isFailed, orFailure } from "./failed-activity.ts";
import type { Plan } from "./workflow.ts";

const together = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumInterval: "30s", maximumAttempts: 6 },
});
const alone = proxyActivities<ReconciliationActivities>({
  startToCloseTimeout: "1m",
  retry: { initialInterval: "1s", maximumAttempts: 2 },
});

const BATCH = 100;
/** Records that are looked at alone in vain, after which the rest of the suspects is left to the next run. */
const MAX_FAILED = 40;

/** Those of the suspects that are still so, and those of which nothing could be said. */
export async function lookAgain({ graceMs }: Plan, suspects: Drift[]) {
  const suspected = new Set(suspects.map(driftKey));
  const found: Drift[] = [];
  const skipped: Skipped[] = [];
  let failed = 0;

  /** Why there was no answer, if there was none. */
  async function lookAt(source: Source, ids: string[], { look }: Pick<ReconciliationActivities, "look">) {
    const seen = await orFailure(look(source, { ids }, graceMs));
    if (isFailed(seen)) return seen.failed;
    found.push(...seen.drift.filter((each) => suspected.has(driftKey(each))));
    skipped.push(...(seen.skipped ?? []));
    return undefined;
  }

  /** One record may be why all were refused. */
  async function lookAtEach(source: Source, ids: string[]) {
    for (const id of ids) {
      const tried = failed < MAX_FAILED;
      const reason = tried ? await lookAt(source, [id], alone) : "too many were looked at in vain";
      if (reason === undefined) continue;
      failed += 1;
      skipped.push({ source, id, reason });
    }
  }

  for (const source of sources) {
    const own = suspects.filter((each) => each.source === source);
    const ids = [...new Set(own.map(({ id }) => id))].filter(isId);
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      const refused = failed >= MAX_FAILED || (await lookAt(source, batch, together)) !== undefined;
      if (refused) await lookAtEach(source, batch);
    }
    // By an id that none can have nobody can ask again.
    found.push(...own.filter(({ kind, id }) => kind === "RECORD_INVALID" && !isId(id)));
  }
  return { found: unique(found), skipped };
}
