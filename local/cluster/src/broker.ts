import type { Configured } from "./configurations.ts";
import { type KubernetesObject, ofKind, workloads } from "./objects.ts";
import { leastReplicas } from "./peak-pods.ts";
import { block, natsText, setting } from "./tls/nats-blocks.ts";

/**
 * What the broker's health is asked for: whether it stores at all, and whether it takes calls; not whether every stream
 * has caught up, for which no restart helps.
 * https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#health-healthz
 */
const LIVE = "/healthz?js-enabled-only=true";
const READY = "/healthz?js-server-only=true";

/** Where the broker could lose an event that it acknowledged, or is restarted while it catches up; one sentence each. */
export function brokerFaults(
  objects: readonly KubernetesObject[],
  processes: readonly Configured[],
): string[] {
  const object = ofKind(objects, "StatefulSet").find(({ metadata }) => metadata.name === "nats");
  const [nats] = object ? workloads([object]) : [];
  const [container] = nats?.pod.containers ?? [];
  if (!object || !nats || !container) return [];
  const faults: string[] = [];
  if (setting(block(natsText(nats, objects), "jetstream") ?? "", "sync_interval") !== "always")
    faults.push("nats acknowledges events before they are on its disk (sync_interval)");
  if (container.livenessProbe?.httpGet?.path !== LIVE) faults.push(`the liveness of nats is not ${LIVE}`);
  if (container.readinessProbe?.httpGet?.path !== READY) faults.push(`the readiness of nats is not ${READY}`);
  const servers = Math.min(3, leastReplicas(object, objects));
  for (const { title, env, module } of processes) {
    if (!("EVENT_REPLICAS" in module.schema.shape)) continue;
    const { EVENT_REPLICAS } = module.config(env);
    if (EVENT_REPLICAS !== servers)
      faults.push(`${title} keeps events on ${EVENT_REPLICAS} of ${servers} servers of nats`);
  }
  return faults;
}
