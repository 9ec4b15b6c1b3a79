import type { Question } from "./questions.ts";

const CALLS = 30;

/** How long a question takes, in ms. */
export interface Times {
  filter: string;
  of: string;
  p50: number;
  p99: number;
  worst: number;
  /** The longest time for which the process did nothing else. */
  blocked: number;
  /** CPU milliseconds of a call. */
  cpu: number;
}

/** Asks each question some times, one after another. */
export async function timesOf(questions: readonly Question[]): Promise<Times[]> {
  const times: Times[] = [];
  for (const question of questions) times.push(await timeOf(question));
  return times;
}

async function timeOf({ filter, of, ask }: Question): Promise<Times> {
  await ask();
  const took: number[] = [];
  const before = process.cpuUsage();
  for (let n = 0; n < CALLS; n++) {
    const begun = performance.now();
    await ask();
    took.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(CALLS - 1, Math.floor(share * CALLS))] ?? Number.NaN;
  const cpu = (user + system) / 1_000 / CALLS;
  return { filter, of, p50: at(0.5), p99: at(0.99), worst: at(1), blocked: await blockedBy(ask), cpu };
}

/** The longest time between two turns of the event loop, which takes one after another while the question is asked. */
async function blockedBy(ask: () => Promise<unknown>): Promise<number> {
  let blocked = 0;
  let turned = performance.now();
  let isOver = false;
  const turn = () => {
    const now = performance.now();
    blocked = Math.max(blocked, now - turned);
    turned = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  for (let n = 0; n < CALLS; n++) {
    await ask();
    await new Promise((resolve) => setImmediate(resolve));
  }
  isOver = true;
  return blocked;
}

/** A line for each question, the slowest first. */
export function questionTable(times: readonly Times[]): string[][] {
  const rows = times.toSorted((a, b) => b.worst - a.worst);
  return [
    ["Question", "of", "p50 ms", "p99", "worst", "blocked", "CPU"],
    ...rows.map(({ filter, of, p50, p99, worst, blocked, cpu }) => [
      ...[filter, of],
      ...[p50, p99, worst, blocked, cpu].map((ms) => ms.toFixed(2)),
    ]),
  ];
}
