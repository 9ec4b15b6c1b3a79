import { expect, it } from "@jest/globals";
import { failedTests } from "./failed-tests.ts";

const passed = { status: "passed", fullName: "a lock is taken" };
const failed = { status: "failed", fullName: "a lock lapses" };

it("names each test that failed, and a file that could not be run", () => {
  const files = [
    { testFilePath: "/work/tests/good.spec.ts", testResults: [passed] },
    { testFilePath: "/work/tests/half.spec.ts", testResults: [passed, failed], failureMessage: "it did not" },
    { testFilePath: "/work/tests/broken.spec.ts", testResults: [], failureMessage: "no such module" },
  ];
  expect(failedTests(files, "/work")).toEqual(["tests/half.spec.ts: a lock lapses", "tests/broken.spec.ts"]);
});
