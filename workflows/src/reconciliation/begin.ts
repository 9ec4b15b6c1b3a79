import type { Changes } from "./changes.ts";
import { rareSources, sources, unique } from "./drift.ts";
import type { FirstLook } from "./first-look.ts";
import type { FullPass } from "./full-pass.ts";
import type { Reconciled } from "./workflow.ts";

/**
 * Where a run begins. The first compares everything; later ones what changed since the last began, or within the window
 * before, and what that one found or left out. What a full pass found meanwhile is from then on looked at by each run,
 * as if the run before had found it. Times are epoch milliseconds.
 */
export function beginAfter(
  last: Reconciled | undefined,
  how: {
    startTime: number;
    windowMs: number;
    changes?: Changes | undefined;
    full?: FullPass | undefined;
  },
): FirstLook {
  const { startTime, windowMs, changes, full } = how;
  const news = last && full && full.endTime > (last.fullSeen ?? 0) ? full.drift : [];
  const before = unique([...(last?.drift ?? []), ...news]);
  return {
    startTime,
    since: last ? Math.max(last.startTime - (changes?.overlapMs ?? windowMs), 0) : 0,
    before,
    fullSeen: full?.endTime ?? last?.fullSeen,
    suspects: before,
    compared: 0,
    left: changes ? ["overdue", ...sources.filter((each) => !rareSources.includes(each))] : [...sources],
    pageTokens: {},
    sinceOf: last?.unfinished,
    again: last?.leftOut,
    lags: last && changes && { intents: changes.intentAgeMs, movements: changes.intentAgeMs },
  };
}
