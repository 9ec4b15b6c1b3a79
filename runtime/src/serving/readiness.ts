import type { Peers } from "./peers.ts";

/**
 * How long a process looks on while it lacks what a peer has: longer than an election, and than the moments in which
 * one replica hears of its end before another.
 */
const ALONE_MS = 10_000;

/** One thing that a process depends on, as asked last. */
export interface Dependency {
  name: string;
  reachable: boolean;
  /**
   * `need`: calls that need it are refused while it is away. `use`: it can do without. `condition`: it is of this
   * process alone, and while it is not met nothing is done here.
   */
  kind: "need" | "use" | "condition";
}

/**
 * Whether a process can take calls: all that it needs has answered once, and since then nothing is wrong with itself.
 * What all replicas need is away for all of them: leaving would leave nobody, not even for what can be served. Only
 * when a replica lacks for long what another has throughout, the others serve better without it.
 */
export function createReadiness(
  peers: Pick<Peers, "anyReaches">,
  now: () => number = () => performance.now(),
) {
  let started = false;
  const awaySince = new Map<string, number>();
  return (dependencies: readonly Dependency[]): boolean => {
    started ||= dependencies.every(({ reachable, kind }) => reachable || kind === "use");
    let alone = false;
    for (const { name, reachable, kind } of dependencies) {
      if (reachable || kind !== "need") {
        awaySince.delete(name);
        continue;
      }
      const since = awaySince.get(name) ?? now();
      awaySince.set(name, since);
      alone ||= now() - since >= ALONE_MS && peers.anyReaches(name, ALONE_MS);
    }
    const isRight = dependencies.every(({ reachable, kind }) => reachable || kind !== "condition");
    return started && isRight && !alone;
  };
}
