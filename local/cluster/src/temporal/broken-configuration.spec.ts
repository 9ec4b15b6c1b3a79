import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { find, overlayObjects, spoil } from "../../testing/mesh.ts";
import { configMap, type KubernetesObject, ofKind, workloads } from "../objects.ts";
import { overlays } from "../overlays.ts";
import { roleFaults, temporalRoles } from "./server-config.ts";
import { type Structure, serverStructure } from "./structure.ts";
import { renderTemplate } from "./template.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of the check of Temporal's configuration, broken once. */
let structure: { version: string; config: Structure };
beforeAll(async () => {
  structure = await serverStructure();
});

const faultsOf = (objects: readonly KubernetesObject[]): string[] =>
  temporalRoles(workloads(objects)).flatMap((role) => roleFaults(role, objects, structure));

/** Production's objects in which one text of the server's configuration is another. */
async function reconfigured(from: string, to: string): Promise<KubernetesObject[]> {
  const objects = await overlayObjects("k8s/overlays/production");
  const holder = ofKind(objects, "ConfigMap").find(({ metadata }) => /^temporal-/.test(metadata.name));
  const name = holder?.metadata.name ?? "";
  const text = configMap(objects, name)?.["server.yaml"] ?? "";
  if (!text.includes(from)) throw new Error(`server.yaml has no ${from}`);
  spoil(find(objects, "ConfigMap", name), "data", {
    ...configMap(objects, name),
    "server.yaml": text.replaceAll(from, to),
  });
  return objects;
}

describe("Temporal's configuration", () => {
  it.each(overlays)("is whole in %s, for each of the four roles", async (overlay) => {
    const objects = await overlayObjects(overlay);
    const roles = temporalRoles(workloads(objects));
    expect(roles.map(({ service }) => service).sort()).toEqual(["frontend", "history", "matching", "worker"]);
    expect(faultsOf(objects)).toEqual([]);
  });

  it.each([
    ["reads data of the template", 'env "NUM_HISTORY_SHARDS"', ".Env.NUM_HISTORY_SHARDS", /without any/],
    ["calls what the server does not have", "| quote", "| quoted", /function quoted is not known/],
    ["reads a variable that the pod does not have", 'env "POD_IP"', 'env "HOST_IP"', /no variable HOST_IP/],
    ["is not marked as a template", "enable-template", "template", /.+/],
    ["has a key that is misspelt", "maxConnLifetime", "maxConnLifeTime", /maxConnLifeTime is nothing that/],
    ["has a key of an older server", "active: {", "active: { rpcName: frontend,", /rpcName is nothing/],
    ["has a text for a number", "grpcPort: 7233", "grpcPort: frontend", /grpcPort is "frontend", .*no int/],
    ["has a number for a duration", "maxJoinDuration: 30s", "maxJoinDuration: 30", /is 30, .*no duration/],
    ["has a text for a switch", "enableGlobalNamespace: false", "enableGlobalNamespace: nay", /no bool/],
    ["leaves a value out", "defaultStore: default", "defaultStore:", /defaultStore has no value/],
    [
      "names a store that is not there",
      "visibilityStore: visibility",
      "visibilityStore: seen",
      /has no seen/,
    ],
    ["names a cluster that is not there", "currentClusterName: active", "currentClusterName: a", /has no a/],
    ["does not have a service that a pod runs", "matching:", "machting:", /services has no matching/],
    ["says another's address", '{{ env "POD_IP" | quote }}', "0.0.0.0", /broadcastAddress is 0.0.0.0/],
    ["names a file that is not mounted", "config/dynamic.yaml", "config/dynamics.yaml", /no file .*dynamics/],
    ["has an action without an end", "pollInterval: 60s", 'pollInterval: {{ env "POD_IP"', /has no end/],
  ])("that %s is found", async (_, from, to, fault) => {
    const faults = faultsOf(await reconfigured(from, to));
    expect(faults).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });

  it.each([":1.33.0", ":1.32.0-rc1", ""])("does not belong to a server%s", async (version) => {
    const objects = await overlayObjects("k8s/overlays/production");
    const image = `docker.io/temporalio/server${version}@sha256:${"0".repeat(64)}`;
    spoil(find(objects, "Deployment", "temporal-worker"), "spec.template.spec.containers.0.image", image);
    expect(faultsOf(objects)).toEqual([
      `temporal-worker: ${image} is not 1.32.0, whose structure of the configuration is known`,
    ]);
  });

  it.each([
    ["worker", "readinessProbe.grpc.service", undefined, /health is not asked as .*WorkerService/],
    [
      "history",
      "startupProbe.grpc.service",
      "temporal.api.workflowservice.v1.WorkflowService",
      /HistoryService/,
    ],
    ["matching", "readinessProbe.grpc.port", 6935, /asked at port 6935/],
  ])("is asked in vain for the health of %s with %s %j", async (role, path, value, fault) => {
    const objects = await overlayObjects("k8s/overlays/local");
    spoil(find(objects, "Deployment", `temporal-${role}`), `spec.template.spec.containers.0.${path}`, value);
    expect(faultsOf(objects)).toEqual([expect.stringMatching(fault)]);
  });

  it("is not found where the pod does not mount it", async () => {
    const objects = await overlayObjects("k8s/overlays/production");
    spoil(
      find(objects, "Deployment", "temporal-history"),
      "spec.template.spec.containers.0.volumeMounts",
      [],
    );
    expect(faultsOf(objects)).toEqual([
      "temporal-history: there is no file /etc/temporal/config/server.yaml",
    ]);
  });
});

describe("a template", () => {
  const marked = (text: string) => `# enable-template\n${text}`;
  const env = { NAME: 'a "b" \\ c', EMPTY: "" };

  it("has the values of variables, quoted where it says so", () => {
    expect(renderTemplate(marked('a: {{ env "NAME" | quote }}'), env)).toBe(marked('a: "a \\"b\\" \\\\ c"'));
    expect(renderTemplate(marked('a: [{{env "EMPTY"}}]'), env)).toBe(marked("a: []"));
  });

  it("has what stands in an if where the variable holds a text", () => {
    const text = marked('{{ if env "NAME" }}a{{ if env "EMPTY" }}b{{ env "OTHER" }}{{ end }}c{{ end }}d');
    expect(renderTemplate(text, env)).toBe(marked("acd"));
    expect(renderTemplate(text, { ...env, EMPTY: "1", OTHER: "o" })).toBe(marked("abocd"));
    expect(renderTemplate(text, { ...env, NAME: "" })).toBe(marked("d"));
  });

  it("is left as it is without the mark, or with the mark too late or outside of a comment", () => {
    for (const text of [
      'a: {{ env "NAME" }}',
      `a: enable-template\nb: {{ .X }}`,
      `${" ".repeat(1024)}\n# enable-template {{ .X }}`,
    ])
      expect(renderTemplate(text, env)).toBe(text);
  });

  it.each([
    ["{{ .Env.NAME }}", /without any/],
    ["{{ .NAME | quote }}", /without any/],
    ['{{ env "OTHER" }}', /no variable OTHER/],
    ["{{ env NAME }}", /NAME is no quoted text/],
    ['{{ env "NAME" "EMPTY" }}', /one argument/],
    ['{{ if env "NAME" }}a', /if of the template has no end/],
    ["a{{ end }}", /end without an if/],
    ['{{ if env "OTHER" }}a{{ end }}', /no variable OTHER/],
    ['{{ if env "NAME" }}a{{ else }}b{{ end }}', /function else is not known/],
    ["{{ toString }}", /function toString is not known/],
    ["{{ }}", /not known/],
    ['{{- env "NAME" -}}', /not known/],
  ])("with %s is refused", (text, fault) => {
    expect(() => renderTemplate(marked(text), env)).toThrow(fault);
  });
});
