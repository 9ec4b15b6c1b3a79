import { once } from "node:events";
import type { CpuTime } from "../../support/load/cpu-time.ts";
import { measureCost } from "../../support/load/measure-cost.ts";
import { processes, startChild } from "../child-process.ts";
import type { Bench } from "../row.ts";
import type { Order } from "./worker.ts";

/** CPU milliseconds a workflow by process: `temporal`, the server, and `worker`, with the client. */
export interface TemporalFloor {
  /** Start, one local activity, a timer. */
  readonly start: CpuTime;
  /** Signal, four local activities, end. */
  readonly end: CpuTime;
}

const QUIET = { limit: 200 };

/** What Temporal itself asks for a workflow like an order's, with a worker that does nothing else. */
export async function measureTemporal({ mesh }: Bench, count: number): Promise<TemporalFloor> {
  const child = await startChild("floors/worker.ts", [mesh.addresses.temporal]);
  try {
    const served = processes({ temporal: mesh.process("temporal"), worker: child.process });
    const ask = async (order: Order) => {
      child.process.send(order);
      await once(child.process, "message");
    };
    const warmUp = Math.ceil(count / 5);
    await ask({ do: "start", from: 0, count: warmUp });
    await ask({ do: "signal", from: 0, count: warmUp });
    const each = async (what: Order["do"]): Promise<CpuTime> => {
      const order = { do: what, from: warmUp, count };
      const { cpu } = await measureCost(served, QUIET, () => ask(order), {
        ...{ inFlight: 1, calls: 1, warmUp: 0 },
      });
      return Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / count]));
    };
    return { start: await each("start"), end: await each("signal") };
  } finally {
    await child.close();
  }
}
