import type { Row } from "./row.ts";
import { afterSale } from "./rows/after-sale.ts";
import { cancels } from "./rows/cancels.ts";
import { floors } from "./rows/floors.ts";
import { footprint } from "./rows/footprint.ts";
import { locks } from "./rows/locks.ts";
import { publishing } from "./rows/publishing.ts";
import { queue } from "./rows/queue.ts";
import { reads } from "./rows/reads.ts";
import { reconciliation } from "./rows/reconciliation.ts";
import { refusals } from "./rows/refusals.ts";
import { replay } from "./rows/replay.ts";
import { replicas } from "./rows/replicas.ts";
import { rush } from "./rows/rush.ts";
import { sales } from "./rows/sales.ts";
import { search } from "./rows/search.ts";
import { unary } from "./rows/unary.ts";
import { watching } from "./rows/watching.ts";

/** What can be measured, in the order in which it is: each leaves the next what it needs. */
export const rows: readonly Row[] = [
  ...[locks, sales, afterSale, cancels, refusals, rush, queue, publishing, reads],
  ...[unary, search, replay, watching, reconciliation, floors],
];

/** Measured on a mesh of two replicas each that counts its calls: that takes time of its own. */
export const countingRows: readonly Row[] = [footprint, replicas];
