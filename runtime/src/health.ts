import { create, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type ProcessHealth, ProcessHealthSchema } from "@ticketing/proto/type/v1/process_health";
import { BrokerRefusal } from "./broker-access.ts";
import type { Events } from "./events.ts";
import { newId } from "./ids.ts";
import { inTime } from "./in-time.ts";
import type { Logger } from "./log.ts";

/** How long a dependency may take to answer before it counts as away. */
const PING_MS = 3000;

/** Everybody's health. */
export const HEALTH_SUBJECTS = "health.*";

/** What a process knows of its own health. */
export interface Health {
  /** Asks every dependency, tells the result to whoever listens, and gives whether the process can serve. */
  check(): Promise<boolean>;
  /** Tells that the process does not serve any more. */
  leave(): void;
}

export function createHealth(options: {
  name: string;
  log: Logger;
  needs: Record<string, () => Promise<void>>;
  /** What it can serve without. */
  uses?: Record<string, () => Promise<void>>;
  events?: Pick<Events, "tell" | "ping">;
}): Health {
  const { name, log, needs, uses = {}, events } = options;
  const identity = { service: name, instance: newId(), startTime: timestampNow() };
  let dependencies: Pick<ProcessHealth["dependencies"][number], "name" | "reachable" | "needed">[] = [];

  let left = false;

  const tell = (serving: boolean) => {
    const health = create(ProcessHealthSchema, { ...identity, serving, dependencies, time: timestampNow() });
    events?.tell(`health.${name}`, toBinary(ProcessHealthSchema, health));
  };
  const ask = async (dependency: string, ping: () => Promise<void>, needed: boolean) => {
    try {
      await inTime(ping(), PING_MS, () => new Error(`no answer in ${PING_MS} ms`));
      return { name: dependency, reachable: true, needed };
    } catch (error) {
      log.warn({ err: error, dependency }, "not healthy");
      // A broker that is away lets events wait; one that refuses this process leaves it deaf for good.
      return { name: dependency, reachable: false, needed: needed || error instanceof BrokerRefusal };
    }
  };

  return {
    async check() {
      dependencies = await Promise.all([
        ...Object.entries(needs).map(([dependency, ping]) => ask(dependency, ping, true)),
        ...Object.entries(uses).map(([dependency, ping]) => ask(dependency, ping, false)),
        ...(events ? [ask("broker", events.ping, false)] : []),
      ]);
      const serving = dependencies.every(({ reachable, needed }) => reachable || !needed);
      // A check may be under way when the process leaves.
      tell(serving && !left);
      return serving;
    },
    leave() {
      left = true;
      tell(false);
    },
  };
}
