import type { TestMesh } from "./test-mesh.ts";

/** Has a process of the mesh stand still while this is done: its connections stay open, and it says nothing. */
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
