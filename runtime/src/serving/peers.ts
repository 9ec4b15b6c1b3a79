import type { ProcessHealth } from "@ticketing/proto/type/internal/v1/process_health";

/** Two missed reports and some tolerance. */
const SILENT_MS = 5_000;

/** What the other replicas of a service report about themselves. */
export interface Peers {
  /** Takes note of a report. */
  record(health: ProcessHealth): void;
  /** Whether any of them has reached the dependency without a break for `ms`, by its reports. */
  anyReaches(dependency: string, ms: number): boolean;
}

/** `instance`: this replica, which is no peer of its own. `now`: milliseconds of a monotonic clock. */
export function createPeers(instance: string, now: () => number = () => performance.now()): Peers {
  /** By instance: the time of its last report, and since when it reaches each dependency. */
  const reports = new Map<string, { time: number; since: Map<string, number> }>();
  const isSilent = ({ time }: { time: number }) => now() - time > SILENT_MS;
  return {
    record(health) {
      if (health.instance === instance) return;
      const known = reports.get(health.instance);
      const before = known && !isSilent(known) ? known.since : undefined;
      const reached = health.serving ? health.dependencies.filter(({ reachable }) => reachable) : [];
      const since = new Map(reached.map(({ name }) => [name, before?.get(name) ?? now()]));
      reports.set(health.instance, { time: now(), since });
    },
    anyReaches(dependency, ms) {
      for (const [peer, report] of reports) if (isSilent(report)) reports.delete(peer);
      return [...reports.values()].some(({ since }) => now() - (since.get(dependency) ?? now()) >= ms);
    },
  };
}
