import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type ProcessHealth, ProcessHealthSchema } from "@ticketing/proto/type/internal/v1/process_health";
import type { Clock } from "@ticketing/runtime/process/clock";

/** Five reports missed. */
const SILENT_MS = 10_000;
const FORGOTTEN_MS = 300_000;

/** A process as operators see it. */
export type Replica = ReturnType<typeof replicaOf>;

/** The last report of every process that reached this replica. */
export interface ProcessRoster {
  /** Takes note of a report. */
  record(payload: Uint8Array): void;
  /** By service and start; the silent do not count as serving. */
  list(): Replica[];
}

export function createProcessRoster(clock: Clock): ProcessRoster {
  const reports = new Map<string, { health: ProcessHealth; time: number }>();
  return {
    record(payload) {
      const health = fromBinary(ProcessHealthSchema, payload);
      reports.set(health.instance, { health, time: clock().getTime() });
    },
    list() {
      const now = clock().getTime();
      for (const [instance, { time }] of reports) if (now - time > FORGOTTEN_MS) reports.delete(instance);
      return [...reports.values()]
        .sort((a, b) => byServiceAndStart(a.health, b.health))
        .map(({ health, time }) => replicaOf(health, now - time > SILENT_MS));
    },
  };
}

const replicaOf = (
  { service, instance, serving, dependencies, startTime, time }: ProcessHealth,
  isSilent: boolean,
) => ({
  ...{ service, instance, serving: serving && !isSilent, startTime, time },
  dependencies: dependencies.map(({ name, reachable, needed }) => ({ name, reachable, needed })),
});

const byServiceAndStart = (a: ProcessHealth, b: ProcessHealth): number =>
  a.service.localeCompare(b.service) || startOf(a) - startOf(b);

const startOf = ({ startTime }: ProcessHealth): number =>
  startTime ? timestampDate(startTime).getTime() : 0;
