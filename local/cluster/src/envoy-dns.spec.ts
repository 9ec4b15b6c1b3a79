import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { config } from "@ticketing/gateway/config";
import { routedServices } from "@ticketing/gateway/routed-services";
import { standaloneConfig } from "@ticketing/gateway/standalone-config";
import { configurationsOf, overlayObjects } from "../testing/mesh.ts";
import type { Configured } from "./configurations.ts";
import { envoyDnsFaults } from "./envoy-dns.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** The services and the web server. */
const upstreams = routedServices.length + 1;

describe("the gateway's look-ups", () => {
  let processes: Configured[];
  let envoy: string;
  beforeAll(async () => {
    processes = await configurationsOf(await overlayObjects("k8s/overlays/production"));
    const gateway = processes.find(({ workload }) => workload.name === "gateway");
    envoy = await standaloneConfig(config(gateway?.env));
  });

  it("prefer the family of addresses that pods listen on", () => {
    expect(envoyDnsFaults(envoy, processes)).toEqual([]);
  });

  it.each(["AUTO", "V6_ONLY"])("are at fault with the family %s", (family) => {
    const faults = envoyDnsFaults(envoy.replaceAll("V4_PREFERRED", family), processes);
    expect(faults).toHaveLength(upstreams);
    expect(faults).toContain("Envoy looks for IPv6 addresses of tickets first, whose pods listen on IPv4");
  });

  it("are at fault when no family is named", () => {
    const unnamed = envoy.replaceAll('dns_lookup_family: "V4_PREFERRED"', "");
    expect(envoyDnsFaults(unnamed, processes)).toHaveLength(upstreams);
  });

  it("may be of either family where pods listen on both", () => {
    const both = processes.map((each) => ({ ...each, env: { ...each.env, HOST: "::" } }));
    expect(envoyDnsFaults(envoy.replaceAll("V4_PREFERRED", "AUTO"), both)).toEqual([]);
  });
});
