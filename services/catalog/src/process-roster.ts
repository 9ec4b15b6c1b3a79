import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type ProcessHealth, ProcessHealthSchema } from "@ticketing/proto/type/v1/process_health";
import type { Clock } from "@ticketing/runtime/process/clock";

/** Five reports missed. */
const SILENT_MS = 10_000;
const FORGOTTEN_MS = 300_000;

/** What this replica heard of every process. */
export interface ProcessRoster {
  hear(payload: Uint8Array): void;
  /** By service and start; the silent do not count as serving. */
  list(): ProcessHealth[];
}

export function createProcessRoster(clock: Clock): ProcessRoster {
  const heard = new Map<string, { health: ProcessHealth; time: number }>();
  return {
    hear(payload) {
      const health = fromBinary(ProcessHealthSchema, payload);
      heard.set(health.instance, { health, time: clock().getTime() });
    },
    list() {
      const now = clock().getTime();
      for (const [instance, { time }] of heard) if (now - time > FORGOTTEN_MS) heard.delete(instance);
      return [...heard.values()]
        .map(({ health, time }) => ({ ...health, serving: health.serving && now - time <= SILENT_MS }))
        .sort((a, b) => a.service.localeCompare(b.service) || startOf(a) - startOf(b));
    },
  };
}

const startOf = ({ startTime }: ProcessHealth): number =>
  startTime ? timestampDate(startTime).getTime() : 0;
