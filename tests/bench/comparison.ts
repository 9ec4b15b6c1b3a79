import { type LoopOptions, sideBySide } from "../support/load/closed-loop.ts";
import { table } from "../support/load/table.ts";

/** Two or more variants of one thing, measured in turn. The first is what the others are compared with. */
export interface Comparison {
  readonly title: string;
  readonly variants: readonly { name: string; perSecond: number; p50: number; cpuMs?: number | undefined }[];
}

export const LOOP = { inFlight: 16, ms: 500, slices: 4 };

/** Runs the variants in turn. */
export async function compare(
  title: string,
  variants: Readonly<Record<string, (n: number) => Promise<unknown>>>,
  loop: LoopOptions & { slices: number } = LOOP,
): Promise<Comparison> {
  const works = Object.values(variants).map((work) => async (n: number) => {
    await work(n);
  });
  const results = await sideBySide(works, loop);
  return {
    title,
    variants: Object.keys(variants).map((name, index) => ({
      name,
      ...(results[index] as (typeof results)[number]),
    })),
  };
}

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const rate = (value: number) => value.toFixed(value < 10 ? 1 : 0);

export function comparisonLines(comparisons: readonly Comparison[]): string {
  return comparisons
    .map(({ title, variants }) => {
      const [first] = variants;
      const rows = variants.map(({ name, perSecond, p50, cpuMs }) => [
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
