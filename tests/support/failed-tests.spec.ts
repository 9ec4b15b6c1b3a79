import { expect, it } from "@jest/globals";
import { failedTests } from "./failed-tests.ts";

const named = (title: string) => ({ ancestorTitles: ["a lock"], title, fullName: `a lock ${title}` });
const passed = { status: "passed", ...named("is taken") };
const failed = { status: "failed", ...named("lapses") };
/** As Jest shows a failure. */
const shown = `  ● a lock › is taken twice

    another one

  ● a lock › lapses

    orders killed at a write

    \u001b[0m  1 | it("lapses", () => {
    > 2 |   expect(1).toBe(0);
        |             ^

      at Object.toBe (tests/half.spec.ts:2:13)
      at run (node_modules/jest-circus/run.js:1:1)

    Cause:
        it still holds
`;

it("names each test that failed, and a file that could not be run, with what the failure says", () => {
  const files = [
    { testFilePath: "/work/tests/good.spec.ts", testResults: [passed] },
    { testFilePath: "/work/tests/half.spec.ts", testResults: [passed, failed], failureMessage: shown },
    { testFilePath: "/work/tests/broken.spec.ts", testResults: [], failureMessage: "no such module" },
  ];
  expect(failedTests(files, "/work")).toEqual([
    {
      name: "tests/half.spec.ts: a lock lapses",
      message: [
        ...["orders killed at a write", "  at Object.toBe (tests/half.spec.ts:2:13)"],
        ...["Cause:", "    it still holds"],
      ],
    },
    { name: "tests/broken.spec.ts", message: ["no such module"] },
  ]);
});

it("keeps the beginning of a long message, and of its long lines", () => {
  const failureMessage = `${"x".repeat(300)}\n${"line\n".repeat(100)}`;
  const [{ message = [] } = {}] = failedTests(
    [{ testFilePath: "/work/a", testResults: [], failureMessage }],
    "/work",
  );
  expect([message.length, message[0]?.length]).toEqual([8, 200]);
});
