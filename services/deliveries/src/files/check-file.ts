import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { FileType, Verdict } from "./check-content.ts";

const SCRIPT = fileURLToPath(new URL("./check-process.ts", import.meta.url));
const LIMIT_MS = 3_000;
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
 * `limitMs`. A file by which it ends in any other way than with a verdict is refused. Throws when it was killed or could
 * not begin: this machine may be slow, or full, and nothing is known of the file.
 */
export async function checkFile(bytes: Uint8Array, limitMs = LIMIT_MS, script = SCRIPT): Promise<Verdict> {
  const child = spawn(process.execPath, [...sandbox(dirname(script)), script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {},
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<"done" | "failed" | "killed">((resolve) => {
    child.once("error", () => resolve("killed"));
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL") resolve("killed");
      else resolve(code === 0 ? "done" : "failed");
    });
  });
  // A process that ends before it has read everything breaks the pipe.
  child.stdin.on("error", () => undefined);
  child.stdin.end(bytes);
  let answer = "";
  for await (const chunk of child.stdout) {
    answer += String(chunk);
    if (answer.length > MAX_ANSWER) child.kill("SIGKILL");
  }
  const end = await ended;
  const isTooLong = answer.length > MAX_ANSWER;
  if (end === "killed" && !isTooLong) throw new Error("the process that looks at a file was killed");
  const { data } = verdict.safeParse(end === "done" && !isTooLong ? parsed(answer) : undefined);
  return data ?? { refused: "it could not be looked at" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
