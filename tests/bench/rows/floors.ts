import { quantile } from "../../support/load/closed-loop.ts";
import type { CpuTime } from "../../support/load/cpu-time.ts";
import { table } from "../../support/load/table.ts";
import { measureEngines } from "../floors/engines.ts";
import { measureTemporal } from "../floors/temporal.ts";
import { amount, type Row } from "../row.ts";

/** What the engines ask for with nothing of ours in front of them: below that no step of ours can come. */
export const floors: Row = {
  name: "floors",
  async measure(bench) {
    const engines = await measureEngines(bench);
    const { start, end } = await measureTemporal(bench, amount(bench, 500));
    const both = ({ temporal = 0, worker = 0 }: CpuTime) => temporal + worker;
    const line = (name: string, server: number, client: number, perSecond = "", p50 = "") => [
      ...[name, server.toFixed(2), client.toFixed(2), (server + client).toFixed(2), perSecond, p50],
    ];
    const workflow = (name: string, { temporal = 0, worker = 0 }: CpuTime) => line(name, temporal, worker);
    return {
      figures: {
        ...Object.fromEntries(engines.map(({ figure, server, client }) => [figure, server + client])),
        "floor.workflow_start": both(start),
        "floor.workflow_end": both(end),
      },
      text: table([
        ["Engines alone, CPU ms", "server", "client", "both", "/s", "p50 ms"],
        ...engines.map(({ name, server, client, cost: { loop } }) =>
          line(name, server, client, loop.perSecond.toFixed(0), quantile(loop.latencies, 0.5).toFixed(1)),
        ),
        workflow("a workflow started, one local activity, a timer", start),
        workflow("a signal, four local activities, its end", end),
      ]),
    };
  },
};
