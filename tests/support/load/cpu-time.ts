import { readFileSync } from "node:fs";

/** Milliseconds of CPU by process. `load` is the process that makes the calls. */
export type CpuTime = Readonly<Record<string, number>>;

/** A mesh as far as its processes are read. */
export interface Processes {
  readonly processNames: readonly string[];
  process(name: string): { readonly pid: number | undefined };
}

/** The kernel counts in hundredths of a second whatever its own tick is (proc(5), USER_HZ). */
const MS_PER_TICK = 10;

/** Whether this machine reports the CPU time of other processes; without it demands are not reported. */
export const tellsCpuTime = process.platform === "linux";

/** What the processes of a mesh and this one used so far. */
export function readCpuTime(mesh: Processes): CpuTime {
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

/** All of it but what the load itself used. */
export const total = ({ load: _load, ...mesh }: CpuTime): number =>
  Object.values(mesh).reduce((sum, ms) => sum + ms, 0);

/** Each process's time, changed alike. */
export const each = (time: CpuTime, change: (ms: number, name: string) => number): CpuTime =>
  Object.fromEntries(Object.entries(time).map(([name, ms]) => [name, change(ms, name)]));

/** The average of readings of the same processes. */
export const average = (times: readonly CpuTime[]): CpuTime =>
  each(times[0] ?? {}, (_, name) => times.reduce((sum, time) => sum + (time[name] ?? 0), 0) / times.length);
