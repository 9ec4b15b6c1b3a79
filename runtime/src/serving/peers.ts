import type { ProcessHealth } from "@ticketing/proto/type/internal/v1/process_health";

/** Two reports missed, and a moment. */
const SILENT_MS = 5_000;

/** What the other replicas of a service say of themselves. */
export interface Peers {
  hear(health: ProcessHealth): void;
  /** Whether any of them has reached the dependency without a break for `ms`, as far as it was heard. */
  reach(dependency: string, ms: number): boolean;
}

/** `instance`: who listens, and is no peer of its own. `now`: milliseconds of a clock that never goes back. */
export function createPeers(instance: string, now: () => number = () => performance.now()): Peers {
  /** By instance: when it was last heard, and since when it reaches each dependency. */
  const heard = new Map<string, { time: number; since: Map<string, number> }>();
  const isSilent = ({ time }: { time: number }) => now() - time > SILENT_MS;
  return {
    hear(health) {
      if (health.instance === instance) return;
      const known = heard.get(health.instance);
      const before = known && !isSilent(known) ? known.since : undefined;
      const reached = health.serving ? health.dependencies.filter(({ reachable }) => reachable) : [];
      const since = new Map(reached.map(({ name }) => [name, before?.get(name) ?? now()]));
      heard.set(health.instance, { time: now(), since });
    },
    reach(dependency, ms) {
      for (const [peer, report] of heard) if (isSilent(report)) heard.delete(peer);
      return [...heard.values()].some(({ since }) => now() - (since.get(dependency) ?? now()) >= ms);
    },
  };
}
