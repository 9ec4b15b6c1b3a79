import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { FileType, Verdict } from "./check-content.ts";

const SCRIPT = fileURLToPath(new URL("./check-process.ts", import.meta.url));
const LIMIT_MS = 10_000;
const HEAP_MB = 64;
const MAX_ANSWER = 1_000;

const types = ["application/pdf", "image/png", "application/vnd.apple.pkpass"] as const satisfies FileType[];
const verdict = z.union([z.object({ type: z.enum(types) }), z.object({ refused: z.string().max(200) })]);

/** The options of Node under which a file is looked at: it may read its own code, and nothing else of the machine. */
export const sandbox = (folder: string): string[] => [
  "--permission",
  `--allow-fs-read=${folder}/*`,
  `--max-old-space-size=${HEAP_MB}`,
  "--disable-warning=ExperimentalWarning",
];

/**
 * Looks at a file in a process of its own, which may neither read nor write files, start processes or threads, or load
 * native code (https://nodejs.org/docs/latest-v24.x/api/permissions.html), has no environment, and is killed after
 * `limitMs`. Whatever the file does to it, the answer is that the file is refused; the caller goes on.
 */
export async function checkFile(bytes: Uint8Array, limitMs = LIMIT_MS, script = SCRIPT): Promise<Verdict> {
  const child = spawn(process.execPath, [...sandbox(dirname(script)), script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {},
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  // A process that ends before it has read everything breaks the pipe.
  child.stdin.on("error", () => undefined);
  child.stdin.end(bytes);
  let answer = "";
  for await (const chunk of child.stdout) {
    answer += String(chunk);
    if (answer.length > MAX_ANSWER) child.kill("SIGKILL");
  }
  if (!(await ended)) return { refused: "it could not be looked at" };
  const { data } = verdict.safeParse(parsed(answer));
  return data ?? { refused: "it could not be looked at" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
