import { EventEmitter, once } from "node:events";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@ticketing/proto/grpc/health/v1/health";

/** The health service's name for "this process answers", whatever it depends on: a restart would not help those. */
export const LIVENESS = "liveness";

/** The name for "all that calls may need is there"; a process that lacks some of it still takes calls. */
export const DEPENDENCIES = "dependencies";

/** Whether a process takes calls, and grpc.health.v1 that says it: one for all its ports. */
export interface ServingStatus {
  /** `ready`: it takes calls, which is the status of the whole process (""). `whole`: it can answer all of them. */
  set(standing: { ready: boolean; whole: boolean }): void;
  readonly service: ServiceImpl<typeof Health>;
}

/** Not serving until it is set to serving. */
export function createServingStatus(): ServingStatus {
  const statuses = new Map<string, Status>([
    ["", Status.NOT_SERVING],
    [DEPENDENCIES, Status.NOT_SERVING],
    [LIVENESS, Status.SERVING],
  ]);
  // One listener for each watching client.
  const changes = new EventEmitter().setMaxListeners(0);
  return {
    set({ ready, whole }) {
      statuses.set("", ready ? Status.SERVING : Status.NOT_SERVING);
      statuses.set(DEPENDENCIES, whole ? Status.SERVING : Status.NOT_SERVING);
      changes.emit("change");
    },
    service: {
      check({ service }) {
        const status = statuses.get(service);
        if (status === undefined) throw new ConnectError("no service of this name", Code.NotFound);
        return { status };
      },
      list: () => ({
        statuses: Object.fromEntries([...statuses].map(([service, status]) => [service, { status }])),
      }),
      async *watch({ service }, { signal }) {
        let told: Status | undefined;
        while (!signal.aborted) {
          const status = statuses.get(service) ?? Status.SERVICE_UNKNOWN;
          if (status === told) await once(changes, "change", { signal }).catch(() => undefined);
          else yield { status };
          told = status;
        }
      },
    },
  };
}
