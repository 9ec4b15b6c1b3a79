import type { TestMesh } from "./test-mesh.ts";

/** Does the work while a process of the mesh is stopped: its connections stay open, and it does not answer. */
export async function whileStopped<T>(
  mesh: Pick<TestMesh, "process">,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const { pid } = mesh.process(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, "SIGSTOP");
  try {
    return await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}
