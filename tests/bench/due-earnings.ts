import { setTimeout as sleep } from "node:timers/promises";
import { EarningStatus } from "@ticketing/proto/payouts/v1/earning";
import type { LoopResult } from "../support/load/closed-loop.ts";
import { withEarnings } from "../support/payouts.ts";
import type { TestMesh } from "../support/test-mesh.ts";

const LIMIT_MS = 600_000;
const LOOK_MS = 500;
/** So many of them are looked at: what a look costs the database must not count for much. */
const LOOKED_AT = 10;

/**
 * Makes earnings due all at once, as if their events were long over, and waits until their sellers have the money. A
 * latency is from then until the transfer was recorded.
 */
export const payAll = (mesh: TestMesh, orderIds: readonly string[]): Promise<LoopResult> =>
  withEarnings(mesh, async (earnings) => {
    const begun = Date.now();
    const past = new Date(begun - 1_000);
    const these = { _id: { $in: [...orderIds] } };
    const { matchedCount } = await earnings.updateMany(these, { $set: { releaseTime: past, dueTime: past } });
    if (matchedCount !== orderIds.length) throw new Error(`${matchedCount} of the earnings are recorded`);
    for (let open = [...orderIds]; open.length > 0; ) {
      const some = await earnings.find({ _id: { $in: open.slice(0, LOOKED_AT) } }).toArray();
      const paid = some.filter(({ status }) => status === EarningStatus.TRANSFERRED).map(({ _id }) => _id);
      open = open.filter((id) => !paid.includes(id));
      if (Date.now() - begun > LIMIT_MS) throw new Error("earnings that are due were not transferred");
      if (paid.length < some.length) await sleep(LOOK_MS);
    }
    const paid = await earnings.find(these, { projection: { transferTime: 1 } }).toArray();
    const latencies = paid.map(({ transferTime }) => (transferTime as Date).getTime() - begun);
    latencies.sort((a, b) => a - b);
    const seconds = (latencies.at(-1) ?? 0) / 1_000;
    return { calls: paid.length, seconds, perSecond: paid.length / seconds, latencies };
  });
