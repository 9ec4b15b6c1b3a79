import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { configurationsOf, overlayObjects } from "../testing/mesh.ts";
import { parseDockerfile } from "./image/dockerfile.ts";
import { allCalls } from "./network-calls.ts";
import { type KubernetesObject, workloads } from "./objects.ts";
import { evaluateTiltfile, type TiltMesh, tiltFaults } from "./tilt.ts";

// Each of them starts an interpreter.
jest.setTimeout(60_000);

let overlay: KubernetesObject[];
let root: string;
beforeAll(async () => {
  overlay = await overlayObjects("tilt");
  root = await mkdtemp(join(tmpdir(), "ticketing-tilt-"));
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

/** A copy of Tiltfile and helpers in which one text is another. */
async function changed(file: string, from: string, to: string): Promise<string> {
  const folder = await mkdtemp(join(root, "copy-"));
  for (const part of ["Tiltfile", "tilt"])
    await cp(repositoryPath(part), join(folder, part), { recursive: true });
  const text = await readFile(join(folder, file), "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  await writeFile(join(folder, file), text.replace(from, to));
  return folder;
}

async function faultsOf(mesh: TiltMesh): Promise<string[]> {
  const calls = allCalls(workloads(overlay), await configurationsOf(overlay), overlay);
  const stages = parseDockerfile(await readFile(repositoryPath("Dockerfile"), "utf8"));
  const { scripts } = JSON.parse(await readFile(repositoryPath("package.json"), "utf8"));
  return tiltFaults(mesh, { stages, scripts, calls });
}

describe("the Tiltfile", () => {
  it("declares what the manifests have", async () => {
    expect(await faultsOf(await evaluateTiltfile(overlay))).toEqual([]);
  });

  it("puts everything into the namespace of the developer who asks for one", async () => {
    const { objects, registry, contexts } = await evaluateTiltfile(overlay, {
      settings: { namespace: "bo", registry: "registry.example/bo", context: ["shared-dev"] },
    });
    const namespaces = objects.map(({ kind, metadata }) =>
      kind === "Namespace" ? metadata.name : metadata.namespace,
    );
    expect(new Set(namespaces)).toEqual(new Set(["bo"]));
    expect(JSON.stringify(objects)).not.toContain('"namespace":"ticketing"');
    expect([registry, contexts]).toEqual(["registry.example/bo", ["shared-dev"]]);
  });

  it("pushes nowhere and allows no other cluster by default", async () => {
    const { registry, contexts } = await evaluateTiltfile(overlay);
    expect([registry, contexts]).toEqual([undefined, []]);
  });

  it("runs the demo by itself in `tilt ci`, and otherwise on request", async () => {
    const up = await evaluateTiltfile(overlay);
    const ci = await evaluateTiltfile(overlay, { subcommand: "ci" });
    const started = ({ tasks }: TiltMesh) =>
      [...tasks].filter(([, task]) => task.auto_init).map(([name]) => name);
    expect(started(up)).toEqual(["operators", "contracts"]);
    expect(started(ci)).toEqual(["operators", "contracts", "demo"]);
  });

  it.each([
    ["Tiltfile", "k8s_resource('nats', ", "k8s_resource('natz', ", "nats is no resource of the Tiltfile"],
    [
      "Tiltfile",
      "resource_deps=['nats', 'temporal-namespace']",
      "resource_deps=['nats']",
      "resource workflows calls temporal-frontend and does not wait for it",
    ],
    [
      "Tiltfile",
      "resource_deps=['mongodb', 'nats']",
      "resource_deps=['mongo', 'nats']",
      "resource auth waits for mongo, which is none",
    ],
    [
      "Tiltfile",
      "resource_deps=['workflows']",
      "resource_deps=['make-current']",
      "resource make-current waits for itself",
    ],
    [
      "Tiltfile",
      "port_forward(8084, 8080",
      "port_forward(8084, 8088",
      "resource temporal-ui forwards to port 8088, which its pods do not have",
    ],
    ["Tiltfile", "port_forward(8084, 8080", "port_forward(8083, 8080", "port 8083 is forwarded twice"],
    [
      "Tiltfile",
      "'mongodb:mongodbcommunity'",
      "'mongodb:mongodb'",
      "resource mongodb names mongodb:mongodb, which is not there",
    ],
    [
      "Tiltfile",
      "{'app': 'mongodb-svc'}",
      "{'app': 'mongo'}",
      "resource mongodb waits for pods that nobody makes",
    ],
    ["Tiltfile", "labels=['web']", "labels=[]", "resource web has no label"],
    ["tilt/images.star", "['auth', 'tickets',", "['auth',", "nobody builds ticketing/tickets"],
    [
      "tilt/images.star",
      "'workflows': 'workflows'",
      "'workflows': 'web'",
      "ticketing/workflows is built from web",
    ],
    [
      "tilt/images.star",
      "    'buf.yaml',\n",
      "",
      "ticketing/auth: the Dockerfile copies buf.yaml, which Tilt does not send",
    ],
    [
      "tilt/images.star",
      "target='development'",
      "target='develop'",
      "ticketing/auth: the Dockerfile has no stage develop",
    ],
    [
      "tilt/images.star",
      "'/app/runtime/src'",
      "'/app/runtime'",
      "ticketing/auth: runtime/src is synchronised to /app/runtime",
    ],
    [
      "Tiltfile",
      "'tilt/prerequisites.sh'], echo_off=True",
      "'tilt/prerequisites.sh'], quiet=True",
      "nobody says what is missing before Tilt begins",
    ],
    ["tilt/tasks.star", "npm test", "npm run tests", "task tests: there is no npm script tests"],
    ["tilt/tasks.star", "tilt/reset.sh", "tilt/again.sh", "task reset: there is no script tilt/again.sh"],
  ])("is seen when %s says %s no more", async (file, from, to, fault) => {
    expect(
      await faultsOf(await evaluateTiltfile(overlay, { root: await changed(file, from, to) })),
    ).toContain(fault);
  });

  it.each([
    ["a function that Tilt does not have", "version_settings(", "versions("],
    ["a fault of syntax", "settings = config.parse()", "settings = = config.parse()"],
    ["a file that is not there", "./tilt/tasks.star", "./tilt/task.star"],
  ])("fails with %s", async (_, from, to) => {
    const copy = await changed("Tiltfile", from, to);
    await expect(evaluateTiltfile(overlay, { root: copy })).rejects.toThrow("tiltfile.py failed");
  });
});
