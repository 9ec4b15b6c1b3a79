import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { routedServices } from "@ticketing/gateway/routed-services";
import type { World } from "./attacked-mesh.ts";

/** The processes that take what comes from outside. */
const exposed = ["envoy", ...routedServices];

/** Memory of each exposed process, in MiB: now, and its peak where the system reports it (Linux). */
export function memoryOf({ mesh }: World): Map<string, { now: number; peak: number }> {
  return new Map(
    exposed.map((name) => {
      const pid = mesh.process(name).pid ?? 0;
      const now = Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) / 1024;
      const status = `/proc/${pid}/status`;
      const high = existsSync(status)
        ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1]
        : undefined;
      return [name, { now, peak: high ? Number(high) / 1024 : now }];
    }),
  );
}
