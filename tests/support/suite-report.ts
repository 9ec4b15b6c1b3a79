import { appendFileSync } from "node:fs";

/** One line of the table that a suite ends with. */
export interface ReportRow {
  /** What was done to the mesh. */
  row: string;
  /** How many times. */
  times: number;
  /** How much was lost, sold twice, wrongly charged, or let through: 0, or the test has failed. */
  lost: number;
  /** How long it took. */
  ms: number;
}

/** Does something to the mesh that returns how many times it was done, and notes it for the table. */
export async function reported(row: string, work: () => Promise<number>): Promise<void> {
  const begun = Date.now();
  const times = await work();
  const line: ReportRow = { row, times, lost: 0, ms: Date.now() - begun };
  if (process.env.SUITE_REPORT) appendFileSync(process.env.SUITE_REPORT, `${JSON.stringify(line)}\n`);
}
