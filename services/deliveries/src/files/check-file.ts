import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { MAX_BARCODES } from "./barcode-digests.ts";
import type { FileType } from "./check-content.ts";

/** What a file was found to be, with the digests of its barcodes; or why it is not taken. */
export type CheckedFile = { type: FileType; barcodes: string[] } | { refused: string };

const SCRIPT = fileURLToPath(new URL("./check-process.ts", import.meta.url));
/** So long it may take to say what a file is, and to read its barcodes after that. In milliseconds. */
export interface CheckLimits {
  verdictMs: number;
  barcodesMs: number;
}

/** One file waits for the other, and both are answered within the time of a call. */
const LIMITS: CheckLimits = { verdictMs: 3_000, barcodesMs: 3_000 };
const HEAP_MB = 64;
/** Of 64 KiB each: what the reader of pages, and that of barcodes, may have. */
const WASM_PAGES = 1024;
const MAX_ANSWER = 1_000;

const types = ["application/pdf", "image/png", "application/vnd.apple.pkpass"] as const satisfies FileType[];
const verdict = z.union([z.object({ type: z.enum(types) }), z.object({ refused: z.string().max(200) })]);
const digests = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(MAX_BARCODES);

const { resolve } = createRequire(import.meta.url);
/** The packages that draw pages and read barcodes. */
const READERS = [
  dirname(dirname(dirname(resolve("zxing-wasm/reader/zxing_reader.wasm")))),
  dirname(dirname(resolve("@hyzyla/pdfium/pdfium.wasm"))),
];

/** The options of Node under which a file is looked at: it may read its own code, and nothing else of the machine. */
export const sandbox = (folder: string): string[] => [
  "--permission",
  ...[folder, ...READERS].map((each) => `--allow-fs-read=${each}/*`),
  `--max-old-space-size=${HEAP_MB}`,
  `--wasm-max-mem-pages=${WASM_PAGES}`,
  "--disable-warning=ExperimentalWarning",
];

/**
 * Looks at a file in a process of its own, which may neither read nor write files, start processes or threads, or load
 * native code (https://nodejs.org/docs/latest-v24.x/api/permissions.html), has no environment, and is killed when it is
 * over a limit. A file by which it ends before it gives a verdict is refused; one by which it ends after that has no
 * barcode that could be read. Throws when it was killed before, or could not begin: this machine may be slow, or full, and
 * nothing is known of the file.
 */
export async function checkFile(bytes: Uint8Array, limits = LIMITS, script = SCRIPT): Promise<CheckedFile> {
  const child = spawn(process.execPath, [...sandbox(dirname(script)), script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {},
  });
  const kill = () => void child.kill("SIGKILL");
  const ended = new Promise<"ended" | "killed">((done) => {
    child.once("error", () => done("killed"));
    child.once("close", (_, signal) => done(signal === "SIGKILL" ? "killed" : "ended"));
  });
  // A process that ends before it has read everything breaks the pipe.
  child.stdin.on("error", () => undefined);
  child.stdin.end(bytes);
  let answer = "";
  let timer = setTimeout(kill, limits.verdictMs);
  for await (const chunk of child.stdout) {
    const hadVerdict = answer.includes("\n");
    answer += String(chunk);
    if (answer.length > MAX_ANSWER) kill();
    else if (!hadVerdict && answer.includes("\n")) {
      clearTimeout(timer);
      timer = setTimeout(kill, limits.barcodesMs);
    }
  }
  const end = await ended;
  clearTimeout(timer);
  const isTooLong = answer.length > MAX_ANSWER;
  const [first = "", second = ""] = isTooLong ? [] : answer.split("\n");
  const { data: found } = verdict.safeParse(parsed(first));
  if (!found && end === "killed" && !isTooLong)
    throw new Error("the process that looks at a file was killed");
  if (!found) return { refused: "it could not be looked at" };
  return "refused" in found ? found : { ...found, barcodes: digests.safeParse(parsed(second)).data ?? [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
