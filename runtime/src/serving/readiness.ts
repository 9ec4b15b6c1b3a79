import type { Peers } from "./peers.ts";

/**
 * How long a process stays ready while a peer reaches a dependency that it does not reach itself: longer than an
 * election, and than the delay with which replicas notice that a dependency is away.
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
 * Whether a process can take calls: all its needs have answered once, and since then its own conditions are met. A need
 * that is away for all replicas makes none of them unready, since then nobody would serve the calls that still work.
 * A replica becomes unready only if it does not reach for long what another one has reached all the time.
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
