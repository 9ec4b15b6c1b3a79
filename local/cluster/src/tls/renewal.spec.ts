import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { configurationsOf, find, overlayObjects, rewrite, spoil } from "../../testing/mesh.ts";
import { allCalls } from "../network-calls.ts";
import { type KubernetesObject, ofKind, workloads } from "../objects.ts";
import { tlsFaults } from "./faults.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});

async function faults(): Promise<string[]> {
  const ours = await configurationsOf(objects);
  return tlsFaults(allCalls(workloads(objects), ours, objects), ours, objects);
}

const pod = "spec.template.spec";

describe("a certificate that is renewed", () => {
  it.each([
    [`${pod}.initContainers`, [], "nobody tells nats that its certificate was renewed"],
    [`${pod}.initContainers.0.restartPolicy`, undefined, "nobody tells nats that its certificate"],
    [`${pod}.shareProcessNamespace`, undefined, "does not see its process"],
    [`${pod}.initContainers.0.env.0.value`, "/etc/tls", "is told of what changes in /etc/tls"],
    [`${pod}.initContainers.0.env.1.value`, "/run/nats.pid", "its process's id to /run/nats/nats.pid, not"],
    [`${pod}.initContainers.0.volumeMounts`, [], "does not have /tls"],
  ])("is not shown by NATS whose %s is %j", async (path, value, fault) => {
    spoil(find(objects, "StatefulSet", "nats"), path, value);
    expect(await faults()).toContainEqual(expect.stringContaining(fault));
  });

  it.each([
    ["temporal", "server.yaml", "refreshInterval: 1m", "", "temporal-history never reads its certificate"],
    ["otel-collector", "tls.yaml", ", reload_interval: 1m", "", "otel-collector never reads its certificate"],
  ])("is not shown by %s whose %s lacks %s", async (holder, file, from, to, fault) => {
    rewrite(objects, holder, file, from, to);
    expect(await faults()).toContainEqual(expect.stringContaining(fault));
  });

  it.each([undefined, { labels: {} }])("is not shown by PostgreSQL with %j", async (template) => {
    spoil(find(objects, "Certificate", "temporal-db"), "spec.secretTemplate", template);
    expect(await faults()).toEqual(["the Secret of Certificate temporal-db lacks the label cnpg.io/reload"]);
  });
});

describe("whoever believes everybody", () => {
  it.each([
    ["nats", "nats.conf", "max_payload", "allow_non_tls: yes\nmax_payload", "plain text: allow_non_tls"],
    ["nats", "tls.conf", "timeout: 5", "insecure: true", "nats → nats:6222: insecure"],
    ["temporal", "server.yaml", "requireClientAuth: true", "requireClientAuth: false", "requireClientAuth"],
  ])("is found: %s/%s with %j for %j", async (holder, file, from, to, fault) => {
    rewrite(objects, holder, file, from, to);
    expect(await faults()).toContainEqual(expect.stringContaining(fault));
  });

  it("is found among our processes, by what Node.js and its libraries read", async () => {
    const name = ofKind(objects, "ConfigMap").find(({ metadata }) => metadata.name.startsWith("processes-"));
    spoil(find(objects, "ConfigMap", name?.metadata.name ?? ""), "data.NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await faults()).toContain("Deployment orders believes everybody (NODE_TLS_REJECT_UNAUTHORIZED)");
    const variable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    spoil(find(objects, "ConfigMap", name?.metadata.name ?? ""), `data.${variable}`, "http://otel-collector");
    expect(await faults()).toContain(`Deployment orders calls in plain text (${variable})`);
  });
});
