import { appendFileSync } from "node:fs";
import { relative } from "node:path";

/** What is read of Jest's result of a test file. */
interface FileResult {
  readonly testFilePath: string;
  readonly testResults: readonly { readonly status: string; readonly fullName: string }[];
  /** Of a file that failed, also as a whole. */
  readonly failureMessage?: string | null;
}

/**
 * Each test that failed in a run, by its file and full name: "tests/x.spec.ts: a lock lapses". A file that failed as a
 * whole, such as one that could not be loaded, stands for itself. Paths are relative to `root`.
 */
export function failedTests(files: readonly FileResult[], root: string): string[] {
  return files.flatMap(({ testFilePath, testResults, failureMessage }) => {
    const file = relative(root, testFilePath);
    const failed = testResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && failureMessage) return [file];
    return failed.map(({ fullName }) => `${file}: ${fullName}`);
  });
}

/**
 * A reporter of Jest that adds the names of failed tests, one a line, to the file that FAILED_TESTS names, if any. Whoever
 * started the run closes its output with them, so that an output whose middle was cut still names what failed.
 */
export default class FailedTestsReporter {
  readonly #root: string;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#root = rootDir;
  }

  onRunComplete(_contexts: unknown, { testResults }: { readonly testResults: readonly FileResult[] }): void {
    const file = process.env.FAILED_TESTS;
    if (file)
      appendFileSync(
        file,
        failedTests(testResults, this.#root)
          .map((name) => `${name}\n`)
          .join(""),
      );
  }
}
