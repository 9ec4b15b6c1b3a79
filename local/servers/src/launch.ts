import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { guard, unguard } from "./reaper.ts";

/** A child process that answered its readiness probe. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with a description ("code 1", "signal SIGKILL") once the process has ended. */
  readonly exited: Promise<string>;
  /** SIGTERM, then SIGKILL if it is not gone within `graceMs` (10 s). Resolves when the process has ended. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL: the crash that a test wants. Resolves when the process has ended. */
  kill(): Promise<void>;
}

/** What every server with data of its own takes. */
export interface ServerOptions {
  /** Its data. */
  readonly dir: string;
  /** A free one by default. */
  readonly port?: number;
  /** Folder of its log file; `dir` by default. */
  readonly logs?: string;
}

export interface LaunchOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; the parent's by default. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whom the child runs as; the parent's by default. */
  readonly uid?: number;
  readonly gid?: number;
  /** Output is appended here. */
  readonly logFile: string;
  /** Resolves once the process serves; a rejection means "not yet". Must give up by itself within seconds. */
  readonly probe: () => Promise<void>;
  /** How long the probe may keep failing; 60 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Starts a process and resolves when it serves. A process that ends first, or never serves, rejects with the
 * end of its log. The child has a session of its own (Ctrl-C in a terminal does not reach it, its parent decides
 * the order of stopping) and is stopped when the parent dies.
 */
export async function launch(options: LaunchOptions): Promise<RunningProcess> {
  const { name, logFile, probe, timeoutMs = 60_000 } = options;
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, "a");
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    env: options.env ?? process.env,
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  const { pid } = child;
  if (pid !== undefined) guard(pid);

  let ended: string | undefined;
  const exited = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      ended = reason;
      if (pid !== undefined) unguard(pid);
      resolve(reason);
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal ? `signal ${signal}` : `code ${code}`));
  });

  const kill = async () => {
    if (ended === undefined) child.kill("SIGKILL");
    await exited;
  };
  const stop = async (graceMs = 10_000) => {
    if (ended === undefined) child.kill("SIGTERM");
    const inTime = await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
    if (inTime === undefined) await kill();
  };

  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (ended !== undefined || pid === undefined) {
      throw new Error(
        `${name} ended (${await exited}) before it was ready; ${logFile} ends with\n${await tail(logFile)}`,
      );
    }
    const ready = await probe().then(
      () => true,
      () => false,
    );
    // The probe may have met somebody else's server on a port that the child could not bind.
    if (ready) await Promise.race([exited, sleep(20)]);
    if (ready && ended === undefined) return { name, pid, logFile, exited, stop, kill };
    if (Date.now() > deadline) {
      await kill();
      throw new Error(
        `${name} was not ready after ${timeoutMs / 1000} s; ${logFile} ends with\n${await tail(logFile)}`,
      );
    }
    await Promise.race([exited, sleep(50)]);
  }
}

/** The last lines of a log file, for an error message. */
async function tail(path: string, bytes = 2_000): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, Math.max(0, size - bytes));
    return buffer.subarray(0, bytesRead).toString("utf8").trim().split("\n").slice(-15).join("\n");
  } finally {
    await file.close();
  }
}
