import { beforeAll, describe, expect, it } from "@jest/globals";
import { serviceNames } from "@ticketing/launcher/service-names";
import { configurationsOf, find, overlayObjects, spoil } from "../testing/mesh.ts";
import { type Configured, called, hostsOf, requiredVariables } from "./configurations.ts";
import { overlays } from "./overlays.ts";

describe.each(overlays)("the pods of %s", (overlay) => {
  let processes: Configured[];
  beforeAll(async () => {
    processes = await configurationsOf(await overlayObjects(overlay));
  }, 120_000);

  it("are all of ours, each with a parser of its own", () => {
    const names = new Set(processes.map(({ workload }) => workload.name));
    const everywhere = [...serviceNames, "gateway", "make-current", "web"].sort();
    expect([...names].filter((name) => name !== "stripe-double").sort()).toEqual(everywhere);
  });

  it("have an environment that the process's own configuration accepts", () => {
    for (const { module, env } of processes) expect(() => module.config(env)).not.toThrow();
  });

  it("and that it refuses, by name, with any one required variable missing", () => {
    let refused = 0;
    for (const { module, env, title } of processes) {
      for (const name of requiredVariables(module)) {
        const { [name]: _, ...rest } = env;
        expect([title, () => module.config(rest)]).toEqual([title, expect.any(Function)]);
        expect(() => module.config(rest)).toThrow(new RegExp(`\\b${name}\\b`));
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });

  it("contain no variable that no process reads", () => {
    // Read by the process before there is a configuration, or only to make another variable.
    const others = [
      "NODE_OPTIONS",
      // By the exporter itself.
      "OTEL_EXPORTER_OTLP_CERTIFICATE",
      "MONGODB_PASSWORD",
      "MONGODB_HOSTS",
      "NATS_PASSWORD",
    ];
    for (const { module, env, title, workload } of processes) {
      const common = workload.name === "workflows" ? ["PUBLIC_URL", "PORT"] : [];
      const unread = Object.keys(env).filter(
        (name) => !(name in module.schema.shape) && ![...others, ...common].includes(name),
      );
      expect([title, unread]).toEqual([title, workload.name === "make-current" ? ["WORKFLOW_BUNDLE"] : []]);
    }
  });
});

describe("a configuration", () => {
  it("names everybody whom the process calls", async () => {
    const processes = await configurationsOf(await overlayObjects("k8s/overlays/production"));
    const payments = processes.find(({ workload }) => workload.name === "payments");
    expect(payments && called(payments).sort()).toEqual([
      "api.stripe.com:443",
      "auth:8080",
      "mongodb-0.mongodb-svc:27017",
      "mongodb-1.mongodb-svc:27017",
      "mongodb-2.mongodb-svc:27017",
      "nats:4222",
      "orders:9090",
      "otel-collector:4318",
    ]);
  });

  it("is missed when a pod names a key that its Secret does not have", async () => {
    const objects = await overlayObjects("k8s/overlays/local");
    spoil(find(objects, "Secret", "orders"), "data.nats-password", undefined);
    await expect(configurationsOf(objects)).rejects.toThrow(
      "key nats-password of Secret orders is not there",
    );
  });
});

describe("addresses", () => {
  it("are read from URLs and connection strings, without what is secret in them", () => {
    expect(hostsOf("nats://user:secret@nats:4222")).toEqual(["nats:4222"]);
    expect(hostsOf("https://api.stripe.com")).toEqual(["api.stripe.com:443"]);
    expect(hostsOf("mongodb://u:p@a:1,b/db?replicaSet=r")).toEqual(["a:1", "b:27017"]);
    expect(() => hostsOf("ftp://user:secret@host")).toThrow(/^ftp:\/\/host/);
  });
});
