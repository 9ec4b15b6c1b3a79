import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServers } from "@ticketing/servers/find";
import type { ReportRow } from "@ticketing/tests/support/suite-report";
import { repositoryPath } from "./process-table.ts";

/**
 * Runs the suite of one folder (`npm run test:faults -- [--quick] [jest options]`) and prints what its tests reported
 * as a table, and last of all which tests failed, with what they say. `--quick` leaves out what takes minutes. A folder may
 * have a Jest configuration of its own.
 */
const [suite = "", ...given] = process.argv.slice(2);
const options = given.filter((option) => option !== "--quick");
const root = repositoryPath("");
const folder = mkdtempSync(join(tmpdir(), `ticketing-${suite}-`));
const report = join(folder, "report.jsonl");
const failedTests = process.env.FAILED_TESTS ?? join(folder, "failed.txt");
const config = join(root, "tests", suite, "jest.config.js");

await findServers((message) => console.log(message));
const { status } = spawnSync(
  process.execPath,
  [
    ...["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
    ...["--conditions=@ticketing/source", join(root, "node_modules/jest/bin/jest.js"), "--runInBand"],
    // Before the option that takes any number of patterns.
    ...options,
    ...(existsSync(config) ? ["--config", config] : []),
    ...["--testMatch", `**/tests/${suite}/**/*.${suite}.ts`],
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      SUITE_REPORT: report,
      FAILED_TESTS: failedTests,
      ...(given.includes("--quick") && { QUICK: "1" }),
    },
  },
);
if (existsSync(report)) {
  const rows = readFileSync(report, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ReportRow);
  const width = Math.max(...rows.map(({ row }) => row.length));
  console.log(`\n${"row".padEnd(width)}   times   lost    time`);
  for (const { row, times, lost, ms } of rows) {
    const seconds = `${(ms / 1000).toFixed(1)} s`;
    console.log(
      `${row.padEnd(width)}  ${`${times}`.padStart(6)}  ${`${lost}`.padStart(5)}  ${seconds.padStart(8)}`,
    );
  }
}
if (existsSync(failedTests)) {
  // What a failure says follows its name, on lines that begin with a tab.
  for (const line of readFileSync(failedTests, "utf8").split("\n").filter(Boolean)) {
    console.log(line.startsWith("\t") ? `    ${line.slice(1)}` : `✗ ${line}`);
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
