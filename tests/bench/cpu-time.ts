import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh } from "@ticketing/launcher/mesh";

/** Milliseconds of CPU by process. `load` is the process that makes the calls. */
export type CpuTime = Readonly<Record<string, number>>;

/** The kernel counts in hundredths of a second whatever its own tick is (proc(5), USER_HZ). */
const MS_PER_TICK = 10;

/** Whether this machine tells the CPU time of other processes; without it demands are not reported. */
export const tellsCpuTime = process.platform === "linux";

/** What the processes of a mesh and this one used so far. */
export function readCpuTime(mesh: Mesh): CpuTime {
  const pids = [...mesh.processNames.map((name) => [name, mesh.process(name).pid] as const)];
  const entries = [...pids, ["load", process.pid] as const].flatMap(([name, pid]) =>
    pid === undefined ? [] : [[name, cpuTimeOf(pid)] as const],
  );
  return Object.fromEntries(entries);
}

/** utime + stime of a process with all its threads, in milliseconds; proc_pid_stat(5). */
export function cpuTimeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the command's name, in parentheses, and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The difference of two readings, by process. */
export function between(before: CpuTime, after: CpuTime): CpuTime {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}

export const total = (time: CpuTime): number => Object.values(time).reduce((sum, ms) => sum + ms, 0);

/** What the mesh uses while nobody calls, in CPU milliseconds a second, by process. */
export async function readIdle(mesh: Mesh, ms: number): Promise<CpuTime> {
  const [before, begun] = [readCpuTime(mesh), performance.now()];
  await sleep(ms);
  const seconds = (performance.now() - begun) / 1000;
  const used = between(before, readCpuTime(mesh));
  return Object.fromEntries(Object.entries(used).map(([name, time]) => [name, time / seconds]));
}

/** Waits until the mesh is done with what calls left behind (events, projections, workflows); 18 s at most. */
export async function settle(mesh: Mesh, idle: CpuTime): Promise<void> {
  if (!tellsCpuTime) return sleep(3_000);
  const quiet = total(idle) * 1.5 + 60;
  for (let n = 0; n < 60; n++) if (total(await readIdle(mesh, 300)) < quiet) return;
}

/** What a mesh uses that nobody has called yet: its quietest of four seconds, for starting takes a while to end. */
export async function readQuiet(mesh: Mesh): Promise<CpuTime> {
  let quietest = await readIdle(mesh, 1_000);
  for (let n = 0; n < 3; n++) {
    const second = await readIdle(mesh, 1_000);
    if (total(second) < total(quietest)) quietest = second;
  }
  return quietest;
}
