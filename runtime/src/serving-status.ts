import { EventEmitter, once } from "node:events";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "@ticketing/proto/grpc/health/v1/health";

/** The health service's name for "this process answers", whatever it depends on: a restart would not help those. */
export const LIVENESS = "liveness";

/** Whether a process serves, and grpc.health.v1 that says it: one for all its ports. */
export interface ServingStatus {
  setServing(serving: boolean): void;
  readonly service: ServiceImpl<typeof Health>;
}

/** Not serving, until it is told otherwise. */
export function createServingStatus(): ServingStatus {
  const statuses = new Map<string, Status>([
    ["", Status.NOT_SERVING],
    [LIVENESS, Status.SERVING],
  ]);
  // One listener for each watching client.
  const changes = new EventEmitter().setMaxListeners(0);
  return {
    setServing(serving) {
      statuses.set("", serving ? Status.SERVING : Status.NOT_SERVING);
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
