import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Processes } from "../support/load/cpu-time.ts";

/** A script of this folder that runs as a process of its own, so that its CPU time can be told from the load's. */
export interface Child<Started> {
  /** What it told when it was ready. */
  readonly started: Started;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

export async function startChild<Started>(script: string, args: readonly string[]): Promise<Child<Started>> {
  const child = fork(join(import.meta.dirname, script), [...args], {
    execArgv: ["--conditions=@ticketing/source"],
  });
  const ended = once(child, "exit");
  const [started] = (await Promise.race([
    once(child, "message"),
    ended.then(() => Promise.reject(new Error(`${script} ended by itself`))),
  ])) as [Started];
  return {
    started,
    process: child,
    async close() {
      child.kill();
      await ended;
    },
  };
}

/** Processes whose CPU time is read beside each other. */
export const processes = (
  named: Readonly<Record<string, { readonly pid?: number | undefined }>>,
): Processes => ({
  processNames: Object.keys(named),
  process: (name) => ({ pid: named[name]?.pid }),
});
