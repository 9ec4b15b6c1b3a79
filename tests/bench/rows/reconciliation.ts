import { waitUntilIdle } from "../../support/load/quiet.ts";
import { measureReconciliation } from "../reconciling.ts";
import type { Row } from "../row.ts";

/** A run of reconciliation over all that the rows before made. */
export const reconciliation: Row = {
  name: "reconciliation",
  async measure({ mesh, quiet }) {
    await waitUntilIdle(mesh, quiet);
    const { records, seconds } = await measureReconciliation(mesh);
    const perSecond = records / seconds;
    return {
      figures: { "reconciliation.records_per_s": perSecond },
      text: `Reconciliation compared ${records} records in ${seconds.toFixed(1)} s: ${perSecond.toFixed(0)}/s.`,
    };
  },
};
