import { type CpuTime, total } from "./cpu-time.ts";
import type { EngineRate } from "./engines.ts";
import type { LeftBehind } from "./left-behind.ts";
import type { StepCost } from "./measure-step.ts";
import type { Comparison } from "./ratios.ts";

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const rate = (value: number) => value.toFixed(value < 10 ? 1 : 0);

/** Rows as lines, each column as wide as its widest cell; the first is text, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

export function stepTable(costs: readonly StepCost[], inFlight: number): string {
  const rows = costs.map(({ name, perSecond, alone, loaded, cores }) => [
    name,
    rate(perSecond),
    cores?.toFixed(2) ?? "",
    ms(alone.p50),
    ms(alone.p95),
    ms(loaded.p50),
    ms(loaded.p95),
  ]);
  return table([
    ["step", "calls/s", "cores busy", "alone p50", "p95", `${inFlight} in flight p50`, "p95   (ms)"],
    ...rows,
  ]);
}

/** Processes as columns; what nobody needs a hundredth of a millisecond of is left out. */
export function demandTable(costs: readonly StepCost[], idle: CpuTime): string {
  const names = [...new Set(costs.flatMap(({ demand }) => Object.keys(demand ?? {})))].filter((name) =>
    costs.some(({ demand }) => (demand?.[name] ?? 0) >= 0.01),
  );
  const cell = (value: number) => (value < 0.01 ? "·" : value.toFixed(2));
  const rows = costs.map(({ name, demand = {} }) => {
    const served = names.filter((process) => process !== "load");
    const sum = served.reduce((all, process) => all + (demand[process] ?? 0), 0);
    return [name, ...served.map((process) => cell(demand[process] ?? 0)), cell(sum), cell(demand.load ?? 0)];
  });
  const heads = names.filter((process) => process !== "load");
  const quiet = [
    "nobody calls, ms a second",
    ...[...heads.map((process) => idle[process] ?? 0), total(idle) - (idle.load ?? 0), idle.load ?? 0].map(
      (value) => value.toFixed(0),
    ),
  ];
  return table([["CPU ms a call", ...heads, "all", "(load)"], ...rows, quiet]);
}

export function comparisonLines(comparisons: readonly Comparison[]): string {
  return comparisons
    .map(({ title, ways }) => {
      const [first] = ways;
      const rows = ways.map(({ name, perSecond, p50, cpuMs }) => [
        `  ${name}`,
        `${rate(perSecond)}/s`,
        `${ms(p50)} ms`,
        `× ${(perSecond / (first?.perSecond ?? Number.NaN)).toFixed(2)}`,
        cpuMs === undefined ? "" : `${cpuMs.toFixed(3)} ms CPU of the server`,
      ]);
      return `${title}\n${table(rows)}`;
    })
    .join("\n");
}

export function engineTable(rates: readonly EngineRate[]): string {
  return table([
    ["one server alone", "a second", "p50 (ms)"],
    ...rates.map(({ name, perSecond, p50 }) => [name, rate(perSecond), ms(p50)]),
  ]);
}

export function leftBehindLines({ events, documents, history, calls }: LeftBehind): string {
  const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const volumes = Object.entries(events).map(
    ([stream, { messages, bytes }]) => `${stream} ${messages.toFixed(1)} (${kilo(bytes)})`,
  );
  const sizes = Object.entries(documents).map(([name, bytes]) => `${name} ${kilo(bytes)}`);
  const all = Object.values(events);
  const counts = (kind: string) => {
    const found = Object.entries(calls).filter(([name]) => name.startsWith(kind));
    const each = found.map(([name, times]) => `${times.toFixed(1)} ${name.slice(kind.length).trim()}`);
    return `${sum(found.map(([, times]) => times)).toFixed(1)} ${kind.replace("database ", "").replace("stripe", "calls")}: ${each.join(", ")}`;
  };
  return [
    `events     ${sum(all.map(({ messages }) => messages)).toFixed(1)}, ${kilo(sum(all.map(({ bytes }) => bytes)))}: ${volumes.join(", ")}`,
    `documents  ${sizes.length}, ${kilo(sum(Object.values(documents)))}: ${sizes.join(", ")}`,
    `history    ${history.events.toFixed(1)} events, ${kilo(history.bytes)}`,
    `database   ${counts("database writes")}; ${counts("database reads")}`,
    `Stripe     ${counts("stripe")}`,
  ].join("\n");
}
