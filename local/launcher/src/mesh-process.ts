import type { RunningProcess } from "@ticketing/servers/launch";

/** One process of the mesh, which can be stopped or killed and started again under the same address. */
export interface MeshProcess {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Resolves when it serves; does nothing if it runs. */
  start(): Promise<void>;
  /** SIGTERM and an ordered end. It stays down until {@link start}. */
  stop(): Promise<void>;
  /** SIGKILL. It stays down until {@link start}. */
  kill(): Promise<void>;
}

export interface MeshProcessOptions {
  readonly name: string;
  /** Starts the process on its fixed ports with its fixed environment; resolves when it serves. */
  readonly run: () => Promise<RunningProcess>;
  /** Lets it finish what it was asked; ends before {@link MeshProcess.stop} sends SIGTERM. */
  readonly drain?: () => Promise<unknown>;
  /** Called when the process ended and nobody had asked for it. */
  readonly onCrash: (process: MeshProcess, reason: string) => void;
}

/** Puts a name on a process across its lives. */
export function createMeshProcess({ name, run, drain, onCrash }: MeshProcessOptions): MeshProcess {
  let running: RunningProcess | undefined;
  let starting: Promise<void> | undefined;

  const begin = async () => {
    const started = await run();
    running = started;
    void started.exited.then((reason) => {
      // Cleared first by stop and kill: then the end was wanted.
      if (running !== started) return;
      running = undefined;
      onCrash(handle, reason);
    });
  };
  const end = async (how: "stop" | "kill") => {
    await starting?.catch(() => {});
    const ending = running;
    running = undefined;
    if (ending && how === "stop") await drain?.();
    await ending?.[how]();
  };
  const handle: MeshProcess = {
    name,
    get pid() {
      return running?.pid;
    },
    async start() {
      if (running) return;
      starting ??= begin().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    stop: () => end("stop"),
    kill: () => end("kill"),
  };
  return handle;
}
