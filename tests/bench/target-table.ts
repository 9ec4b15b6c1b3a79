import { table } from "../support/load/table.ts";
import { changeInPercent } from "./results.ts";
import type { Figures } from "./row.ts";
import { floorOf, isMet, type Target } from "./targets.ts";

const number = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

/** The targets whose figures were measured: value, target, whether it is met, its floor, and the change since the run before. */
export function targetTable(targets: readonly Target[], figures: Figures, before: Figures = {}): string {
  const rows = targets.flatMap((target) => {
    const value = figures[target.figure];
    if (value === undefined) return [];
    const change = changeInPercent(target.figure, figures, before);
    const floor = floorOf(target, figures);
    return [
      [
        target.label,
        number(value),
        target.atMost === undefined ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`,
        target.unit,
        isMet(target, figures) ? "met" : "missed",
        floor === undefined ? "" : number(floor),
        change === undefined ? "" : `${change > 0 ? "+" : ""}${change.toFixed(0)} %`,
      ],
    ];
  });
  return table([["", "measured", "target", "", "", "floor", "change"], ...rows]);
}
