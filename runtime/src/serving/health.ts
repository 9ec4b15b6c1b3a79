import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { ProcessHealthSchema } from "@ticketing/proto/type/internal/v1/process_health";
import { BrokerRefusal } from "../events/broker-access.ts";
import type { Events } from "../events/events.ts";
import { newId } from "../process/ids.ts";
import { inTime } from "../process/in-time.ts";
import type { Logger } from "../process/log.ts";
import { createPeers } from "./peers.ts";
import { createReadiness, type Dependency } from "./readiness.ts";

/** How long a dependency may take to answer before it counts as away. */
const PING_MS = 3000;

/** Everybody's health. */
export const HEALTH_SUBJECTS = "health.*";

/** What a process depends on, by name; each rejects while it is away, or something is wrong with it. */
export interface Dependencies {
  /** Calls that need it are refused while it is away, and a process is not ready before it has answered once. */
  needs?: Record<string, () => Promise<void>>;
  /** What it can serve without. */
  uses?: Record<string, () => Promise<void>>;
  /** What has to be right in this process alone: it is not ready while it is not. */
  conditions?: Record<string, () => Promise<void>>;
  /** The broker, which carries the health reports of this process and its peers. While it is away, events wait. */
  events?: Pick<Events, "presence" | "ping">;
}

/** What a process knows of its own health. */
export interface Health {
  /**
   * Pings every dependency and publishes the result. `ready`: whether the process can take calls;
   * `whole`: whether it can answer all of them.
   */
  check(): Promise<{ ready: boolean; whole: boolean }>;
  /** Publishes that the process does not serve any more. */
  leave(): void;
}

export function createHealth(options: Dependencies & { name: string; log: Logger }): Health {
  const { name, log, needs = {}, uses = {}, conditions = {}, events } = options;
  const subject = `health.${name}`;
  const identity = { service: name, instance: newId(), startTime: timestampNow() };
  const peers = createPeers(identity.instance);
  events?.presence.subscribe(subject, (payload) => peers.record(fromBinary(ProcessHealthSchema, payload)));
  const readiness = createReadiness(peers);
  let dependencies: Dependency[] = [];
  let left = false;

  const publish = (serving: boolean) => {
    const reported = dependencies.map(({ kind, ...rest }) => ({ ...rest, needed: kind !== "use" }));
    const health = { ...identity, serving, dependencies: reported, time: timestampNow() };
    events?.presence.publish(subject, toBinary(ProcessHealthSchema, create(ProcessHealthSchema, health)));
  };
  const ask = async (
    dependency: string,
    ping: () => Promise<void>,
    kind: Dependency["kind"],
  ): Promise<Dependency> => {
    try {
      await inTime(ping(), PING_MS, () => new Error(`no answer in ${PING_MS} ms`));
      return { name: dependency, reachable: true, kind };
    } catch (error) {
      log.warn({ err: error, dependency }, "not healthy");
      // A broker that is away lets events wait; one that refuses this process leaves it deaf for good.
      return {
        name: dependency,
        reachable: false,
        kind: error instanceof BrokerRefusal ? "condition" : kind,
      };
    }
  };
  const askAll = (kind: Dependency["kind"], pings: Record<string, () => Promise<void>>) =>
    Object.entries(pings).map(([dependency, ping]) => ask(dependency, ping, kind));

  return {
    async check() {
      dependencies = await Promise.all([
        ...askAll("need", needs),
        ...askAll("condition", conditions),
        ...askAll("use", { ...uses, ...(events && { broker: events.ping }) }),
      ]);
      const ready = readiness(dependencies);
      // A check may be under way when the process leaves.
      publish(ready && !left);
      return {
        ready,
        whole: ready && dependencies.every(({ reachable, kind }) => reachable || kind === "use"),
      };
    },
    leave() {
      left = true;
      publish(false);
    },
  };
}
