import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** So many lines of a failure's message are kept, and so many characters of a line. */
const LINES = 8;
const CHARACTERS = 200;

/** What is read of Jest's result of a test file. */
interface FileResult {
  readonly testFilePath: string;
  readonly testResults: readonly {
    readonly status: string;
    readonly ancestorTitles: readonly string[];
    readonly title: string;
    readonly fullName: string;
  }[];
  /** Of a file with a failure, as Jest shows it: each begins with a bullet and what failed. */
  readonly failureMessage?: string | null;
}

/** A test that failed. */
export interface FailedTest {
  /** Its file and full name: "tests/x.spec.ts: a lock lapses"; of a file that failed as a whole, the file. */
  readonly name: string;
  /** The first lines of what its failure says, and of its cause: without colours, code and empty lines. */
  readonly message: readonly string[];
}

/**
 * Each test that failed in a run. A file that failed as a whole, such as one that could not be loaded, stands for itself.
 * Paths are relative to `root`.
 */
export function failedTests(files: readonly FileResult[], root: string): FailedTest[] {
  return files.flatMap(({ testFilePath, testResults, failureMessage }) => {
    const file = relative(root, testFilePath);
    const shown = stripVTControlCharacters(failureMessage ?? "");
    const failed = testResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && shown) return [{ name: file, message: firstLines(shown) }];
    const parts = shown.split(/^ {2}● /m);
    return failed.map(({ ancestorTitles, title, fullName }) => {
      const heading = [...ancestorTitles, title].join(" › ");
      const part = parts.find((each) => each.startsWith(`${heading}\n`)) ?? "";
      return { name: `${file}: ${fullName}`, message: firstLines(part.slice(heading.length)) };
    });
  });
}

/** A line of the code that failed, and a place that is not in this repository. */
const NOISE = [/^\s*(> )?\s*\d* \|/, /^\s*at .*(node_modules\/|node:)/];

const firstLines = (message: string): string[] =>
  message
    .split("\n")
    .filter((line) => line.trim() !== "" && !NOISE.some((pattern) => pattern.test(line)))
    .slice(0, LINES)
    .map((line) => line.replace(/^ {4}/, "").slice(0, CHARACTERS));

/**
 * A reporter of Jest that adds what failed to the file that FAILED_TESTS names, if any: the name of a test on a line, and
 * the first lines of its message on lines that begin with a tab. Whoever started the run closes its output with them, so
 * that an output whose middle was cut still says what failed.
 */
export default class FailedTestsReporter {
  readonly #root: string;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#root = rootDir;
  }

  onRunComplete(_contexts: unknown, { testResults }: { readonly testResults: readonly FileResult[] }): void {
    const file = process.env.FAILED_TESTS;
    if (!file) return;
    const lines = failedTests(testResults, this.#root).flatMap(({ name, message }) => [
      name,
      ...message.map((line) => `\t${line}`),
    ]);
    appendFileSync(file, lines.map((line) => `${line}\n`).join(""));
  }
}
