import { each } from "../../support/load/cpu-time.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import type { OpenOrder } from "../../support/load/supply.ts";
import { copySale } from "../copied-sales.ts";
import { payOrder } from "../pay-order.ts";
import { measureReconciliation, type Reconciling } from "../reconciling.ts";
import { amount, costFigures, type Row } from "../row.ts";

/** A run of reconciliation over copies of a sale and all that the rows before made: how fast, and what a record costs. */
export const reconciliation: Row = {
  name: "reconciliation",
  async measure(bench) {
    const { mesh, quiet, supply } = bench;
    const [sale] = (await supply.orders(1)) as [OpenOrder];
    await payOrder(mesh, sale);
    await waitUntilIdle(mesh, quiet);
    await copySale(mesh, sale.order.id, amount(bench, 3_000));
    let run: Reconciling = { records: 0, seconds: 0 };
    const call = async () => {
      run = await measureReconciliation(mesh);
    };
    const { cpu, cores } = await measureCost(mesh, quiet, call, { inFlight: 1, calls: 1, warmUp: 0 });
    const { records, seconds } = run;
    const perSecond = records / seconds;
    const ofRecord = costFigures(
      "reconciliation",
      each(cpu, (ms) => ms / records),
    );
    const parts = Object.entries(ofRecord).map(
      ([name, ms]) => `${name.split(".")[2] ?? "all"} ${ms.toFixed(2)}`,
    );
    return {
      figures: { ...ofRecord, "reconciliation.records_per_s": perSecond },
      text: `Reconciliation compared ${records} records in ${seconds.toFixed(1)} s, ${cores.toFixed(2)} cores busy: ${perSecond.toFixed(0)}/s; CPU ms a record: ${parts.join(", ")}.`,
    };
  },
};
