import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { reapAll } from "@ticketing/servers/reaper";
import { z } from "zod";
import { alarmFaults } from "./alarms.ts";
import { brokerFaults } from "./broker.ts";
import { budgetFaults } from "./budgets.ts";
import { dnsFaults } from "./cluster-dns.ts";
import { type Configured, configured, environmentFaults, testModeFaults } from "./configurations.ts";
import { customResourceFaults, isCustom } from "./custom-resources.ts";
import { diskFaults } from "./disks.ts";
import { envoyDnsFaults, listeningFaults } from "./envoy-dns.ts";
import { validateGateway } from "./gateway.ts";
import { drainFaults } from "./gateway-drain.ts";
import { imageFaults } from "./image/check-images.ts";
import { parseDockerfile } from "./image/dockerfile.ts";
import { ingressFaults } from "./ingress.ts";
import { keyVolumeFaults } from "./key-volumes.ts";
import { validateNats, writeNatsConfig } from "./nats-config.ts";
import { networkFaults } from "./network.ts";
import { allCalls, allPods, formerCalls } from "./network-calls.ts";
import { networkPolicies, workloads } from "./objects.ts";
import { buildOverlays, forUsers } from "./overlays.ts";
import { namespaceFaults, podFaults } from "./pods.ts";
import { runPython } from "./python.ts";
import { rolloutFaults } from "./rollouts.ts";
import { connectionFaults } from "./temporal/connections.ts";
import { roleFaults, temporalRoles } from "./temporal/server-config.ts";
import { serverStructure } from "./temporal/structure.ts";
import { evaluateTiltfile, tiltFaults } from "./tilt.ts";
import { tlsFaults } from "./tls/faults.ts";

/** Kubernetes' versions whose schemas the manifests have to fit: the oldest that they are for, and the newest known. */
const VERSIONS = ["1.34", "1.37"];

/**
 * `npm run check:k8s`: everything about images, manifests and Tiltfile that can be told without Docker or a cluster.
 * `--quick` leaves out the images, which take most of the time.
 */
const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
let failed = 0;

/** Runs one check and prints its faults. */
async function check(title: string, find: () => Promise<string[]>): Promise<void> {
  const begun = Date.now();
  const faults = await find().catch((error: unknown) => [
    error instanceof Error ? error.message : String(error),
  ]);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(`${faults.length === 0 ? "✓" : "✗"} ${title} (${seconds} s)`);
  for (const fault of new Set(faults)) console.log(`    ${fault}`);
  if (faults.length > 0) failed++;
}

const stopped = () => void reapAll().then(() => process.exit(130));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stopped);

const built = await buildOverlays();
const byTls = built.get("k8s/components/tls") ?? [];
console.log(`${[...built].map(([name, objects]) => `${name}: ${objects.length} objects`).join(", ")}`);

await check("every object fits Kubernetes' schemas, or ours of operators' resources", async () => {
  const objects = [...built.values()].flat();
  const faults = await runPython("validate.py", {
    versions: VERSIONS,
    objects: objects.filter((object) => !isCustom(object)),
  });
  return [...z.array(z.string()).parse(faults), ...objects.flatMap(customResourceFaults)];
});
await check(
  "every pod runs without root, with limits and probes, from an image that stays what it is",
  async () =>
    [...built.values()].flatMap((objects) => [
      ...namespaceFaults(objects),
      ...workloads(objects).flatMap(podFaults),
    ]),
);

const ours = new Map<string, Configured[]>();
await check("every process accepts the environment of its pod", async () => {
  const faults: string[] = [];
  for (const [name, objects] of built) {
    const found = await configured(workloads(objects), objects);
    ours.set(name, found);
    const modes = forUsers.includes(name) ? testModeFaults(found) : [];
    faults.push(...[...environmentFaults(found), ...modes].map((fault) => `${name}, ${fault}`));
  }
  return faults;
});
await check("who may call whom is who calls whom", async () =>
  [...built].flatMap(([name, objects]) => {
    const all = workloads(objects);
    const calls = allCalls(all, ours.get(name) ?? [], objects);
    return networkFaults([...calls, ...formerCalls], allPods(all, objects), networkPolicies(objects)).map(
      (fault) => `${name}: ${fault}`,
    );
  }),
);
await check("every pod may look names up", async () =>
  [...built].flatMap(([name, objects]) =>
    dnsFaults(networkPolicies(objects)).map((fault) => `${name}: ${fault}`),
  ),
);
await check("whoever is called in a mesh for users shows by TLS the name that is called", async () =>
  [...built].flatMap(([name, objects]) => {
    if (!forUsers.includes(name)) return [];
    const found = ours.get(name) ?? [];
    return tlsFaults(allCalls(workloads(objects), found, objects), found, objects).map(
      (fault) => `${name}: ${fault}`,
    );
  }),
);
await check("Envoy accepts the configuration that the gateway's pod writes, and finds the pods", async () => {
  if (ours.size === 0) return ["no configuration was read"];
  const folder = await mkdtemp(join(tmpdir(), "ticketing-envoy-"));
  const faults: string[] = [];
  try {
    for (const [name, found] of ours) {
      const gateway = found.find(({ workload }) => workload.name === "gateway");
      if (!gateway) return [`${name} has no gateway`];
      const text = await validateGateway(gateway, folder);
      faults.push(
        ...[...envoyDnsFaults(text, found), ...listeningFaults(found)].map((fault) => `${name}: ${fault}`),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return faults;
});
await check("the gateway's pod drains before Envoy ends, and is not killed meanwhile", async () =>
  [...built].flatMap(([name, objects]) => drainFaults(objects).map((fault) => `${name}: ${fault}`)),
);
await check("users come in by https, with a certificate, from addresses that the gateway learns", async () =>
  forUsers.flatMap((name) =>
    ingressFaults(built.get(name) ?? [], ours.get(name) ?? []).map((fault) => `${name}: ${fault}`),
  ),
);
await check("a rolling update goes on once callers know the new pod", async () =>
  forUsers.flatMap((name) => rolloutFaults(built.get(name) ?? []).map((fault) => `${name}: ${fault}`)),
);
await check("NATS accepts its configuration, with the permissions of each service", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-nats-"));
  try {
    for (const [name, objects] of built)
      await validateNats(await writeNatsConfig(objects, join(folder, name)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return [];
});
await check("NATS keeps what it acknowledges, and is not restarted while it catches up", async () =>
  [...built].flatMap(([name, objects]) =>
    brokerFaults(objects, ours.get(name) ?? []).map((fault) => `${name}: ${fault}`),
  ),
);
await check("Temporal's server can render its configuration and knows every field of it", async () => {
  const structure = await serverStructure();
  return [...built].flatMap(([name, objects]) =>
    temporalRoles(workloads(objects)).flatMap((role) =>
      roleFaults(role, objects, structure).map((fault) => `${name}: ${fault}`),
    ),
  );
});
await check("PostgreSQL takes the connections of all of Temporal's pods, amid a rolling update", async () =>
  [...built].flatMap(([name, objects]) => connectionFaults(objects).map((fault) => `${name}: ${fault}`)),
);
await check("maintenance takes one pod at a time of whatever has several", async () =>
  [...built].flatMap(([name, objects]) => budgetFaults(objects).map((fault) => `${name}: ${fault}`)),
);
await check("NATS is full before its disk is", async () =>
  [...built].flatMap(([name, objects]) =>
    diskFaults(objects, ours.get(name) ?? []).map((fault) => `${name}: ${fault}`),
  ),
);
await check("somebody says that a disk fills, where the Prometheus operator is", async () =>
  alarmFaults(built.get("k8s/components/volume-alarms") ?? []),
);
await check("keys can roll: every process has the public ones, and what it mounts is renewed", async () =>
  [...built].flatMap(([name, objects]) => keyVolumeFaults(objects).map((fault) => `${name}: ${fault}`)),
);
await check("the Tiltfile declares what the manifests have", async () => {
  const overlay = built.get("tilt") ?? [];
  const calls = allCalls(workloads(overlay), ours.get("tilt") ?? [], overlay);
  const stages = parseDockerfile(await readFile(repositoryPath("Dockerfile"), "utf8"));
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(repositoryPath("package.json"), "utf8")));
  return tiltFaults(await evaluateTiltfile(overlay), { stages, scripts, calls });
});
if (!quick) {
  await check(
    "a mesh from the images sells a ticket by TLS, with the pods' configuration, keys and permissions",
    () => imageFaults(byTls, (message) => console.log(message)),
  );
}
await reapAll();
process.exit(failed === 0 ? 0 : 1);
