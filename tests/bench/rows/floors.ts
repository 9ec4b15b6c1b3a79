import { measureEngines } from "../engines.ts";
import type { Row } from "../row.ts";
import { table } from "../table.ts";

/** What an engine does alone, with nothing of ours in front of it. */
export const floors: Row = {
  name: "floors",
  async measure({ mesh }) {
    const rates = await measureEngines(mesh);
    const lines = rates.map(({ name, perSecond, p50 }) => [name, perSecond.toFixed(0), p50.toFixed(1)]);
    return { figures: {}, text: table([["one server alone", "a second", "p50 (ms)"], ...lines]) };
  },
};
