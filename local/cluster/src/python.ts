import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pythonWith } from "@ticketing/servers/python";

/** Path of one of the requirements files of this package. */
export const requirements = (file: string): string =>
  fileURLToPath(new URL(`../requirements/${file}`, import.meta.url));

/** A Python with Kubernetes' schemas and a Starlark interpreter. */
export const checkPython = (): Promise<string> => pythonWith(requirements("checks.txt"));

/** Runs a script of this package's folder `python` with JSON on its input; resolves with the JSON that it prints. */
export async function runPython(script: string, input: unknown): Promise<unknown> {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  const child = spawn(await checkPython(), [path], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify(input));
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }),
  ]);
  if (code !== 0) throw new Error(`${script} failed:\n${err.trim()}`);
  return JSON.parse(out);
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
