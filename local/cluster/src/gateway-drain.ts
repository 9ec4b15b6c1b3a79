import { config, drainConfig } from "@ticketing/gateway/config";
import { besideOthers, DRAIN_SECONDS } from "@ticketing/gateway/drain";
import { ownImage } from "./configurations.ts";
import { environment } from "./environment.ts";
import { type Container, isSidecar, type KubernetesObject, type PodSpec, workloads } from "./objects.ts";

/** What runs beside Envoy and drains it; gateway/src/drain-sidecar.ts. */
const DRAIN = /\/drain-sidecar\.ts$/;

/** What cloud load balancers may take until they have taken a pod out. */
const LEAVE_SECONDS = 15;

/** What is left of the pod's time for Envoy to end in, after the longest drain. */
const END_SECONDS = 5;

/**
 * The gateway's pod in these objects ends without failing a call: load balancers leave, Envoy is drained, Envoy ends.
 * Kubernetes runs all `preStop` hooks at once and then tells containers to end: first the pod's own, then its sidecars.
 */
export function drainFaults(objects: readonly KubernetesObject[]): string[] {
  const pod = workloads(objects).find(({ name }) => name === "gateway")?.pod;
  if (!pod) return ["there is no gateway"];
  const envoy = [...pod.initContainers, ...pod.containers].find(({ image }) => image.includes("/envoy:"));
  const drain = pod.containers.find(({ args }) => args.some((each) => DRAIN.test(each)));
  if (!envoy) return ["the gateway has no Envoy"];
  if (!drain) return ["nothing drains the gateway before it ends"];
  return [
    ...orderFaults(pod, envoy),
    ...timeFaults(pod, envoy, drain),
    ...probeFaults(envoy),
    ...portFaults(pod, drain, objects),
  ];
}

function orderFaults(pod: PodSpec, envoy: Container): string[] {
  if (!isSidecar(pod, envoy)) return ["Envoy is no sidecar: it ends at the same time as what drains it"];
  const writer = pod.initContainers.findIndex(ownImage);
  return writer >= 0 && writer < pod.initContainers.indexOf(envoy)
    ? []
    : ["Envoy starts before its configuration is written"];
}

function timeFaults(pod: PodSpec, envoy: Container, drain: Container): string[] {
  const faults: string[] = [];
  const sleeps = drain.lifecycle.preStop?.sleep?.seconds ?? 0;
  if (sleeps < LEAVE_SECONDS)
    faults.push(`the drain begins after ${sleeps} s, when load balancers may still send clients`);
  const needed = sleeps + besideOthers.boundMs / 1000 + END_SECONDS;
  if (pod.terminationGracePeriodSeconds < needed)
    faults.push(
      `the gateway is killed after ${pod.terminationGracePeriodSeconds} s, and may need ${needed} s to drain`,
    );
  if (envoy.args[envoy.args.indexOf("--drain-time-s") + 1] !== `${DRAIN_SECONDS}`)
    faults.push(`Envoy is not started with --drain-time-s ${DRAIN_SECONDS}, which the drain counts on`);
  return faults;
}

function probeFaults(envoy: Container): string[] {
  const faults: string[] = [];
  const { httpGet, periodSeconds = 10, failureThreshold = 3 } = envoy.readinessProbe ?? {};
  if (httpGet?.path !== "/ready") faults.push("nobody sees that the gateway drains");
  if (periodSeconds * failureThreshold > DRAIN_SECONDS)
    faults.push(`it is seen after ${periodSeconds * failureThreshold} s that the gateway drains`);
  if (envoy.livenessProbe?.httpGet?.path !== "/live")
    faults.push("a gateway that drains is killed, as if it were dead");
  return faults;
}

/** The container that writes Envoy's configuration and the one that drains Envoy use the same admin endpoint. */
function portFaults(pod: PodSpec, drain: Container, objects: readonly KubernetesObject[]): string[] {
  const writer = pod.initContainers.find(ownImage);
  if (!writer) return ["nothing writes Envoy's configuration"];
  const written = config(environment(writer, objects)).ADMIN_PORT;
  const asked = drainConfig(environment(drain, objects)).ADMIN_PORT;
  return written === asked ? [] : [`Envoy's admin endpoint is at ${written}, and the drain asks ${asked}`];
}
