import type { Processes } from "./cpu-time.ts";

/** Has a process of the mesh stand still, connected as it is, while this is done. */
export async function whileStopped<T>(mesh: Processes, name: string, work: () => Promise<T>): Promise<T> {
  const { pid } = mesh.process(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, "SIGSTOP");
  try {
    return await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}
