import { readFile } from "node:fs/promises";
import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parse } from "yaml";
import { configurationsOf, find, networkFaultsOf, overlayObjects, spoil } from "../testing/mesh.ts";
import { environmentFaults } from "./configurations.ts";
import { customResourceFaults, isCustom } from "./custom-resources.ts";
import { ingressFaults } from "./ingress.ts";
import { type KubernetesObject, kubernetesObject, services, workloads } from "./objects.ts";

let objects: KubernetesObject[];
beforeAll(async () => {
  await overlayObjects("k8s/overlays/production");
}, 120_000);
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});

const faults = async () => ingressFaults(objects, await configurationsOf(objects));
const gateway = () => find(objects, "Deployment", "gateway");
const service = () => find(objects, "Service", "gateway");
/** Sets a variable of the container that writes the gateway's configuration. */
function setVariable(name: string, value: string): void {
  const [workload] = workloads([gateway()]);
  const env = workload?.pod.initContainers[0]?.env ?? [];
  spoil(gateway(), "spec.template.spec.initContainers.0.env", [...env, { name, value }]);
}

/** Gives the whole mesh other origins: the app's, and that of files. */
function setOrigins(app: string, files: string): void {
  for (const map of objects.filter(({ kind }) => kind === "ConfigMap")) {
    const data = (map.data ?? {}) as object;
    if ("PUBLIC_URL" in data) spoil(map, "data.PUBLIC_URL", app);
    if ("FILES_URL" in data) spoil(map, "data.FILES_URL", files);
  }
}

describe("the way in", () => {
  it("is without fault in production, and behind a proxy", async () => {
    expect(await faults()).toEqual([]);
    objects = await overlayObjects("k8s/components/gateway-behind-proxy");
    expect(await faults()).toEqual([]);
    expect(await networkFaultsOf(objects)).toEqual([]);
  });

  it("leads to no file where a bucket has them, and deliveries may call that", async () => {
    objects = await overlayObjects("k8s/components/bucket");
    expect(await faults()).toEqual([]);
    expect(await networkFaultsOf(objects)).toEqual([]);
    expect(environmentFaults(await configurationsOf(objects))).toEqual([]);
    expect(find(objects, "Certificate", "gateway")).toMatchObject({
      spec: { dnsNames: ["tickets.example.com"] },
    });
    setVariable("FILES_URL", "https://files.example.com");
    expect(await faults()).toContain("the gateway would answer at the origin of the bucket");
  });

  it("is at fault when a process has an origin of its own", async () => {
    const web = objects.find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.startsWith("web-"),
    );
    if (!web) throw new Error("there is no ConfigMap of web");
    spoil(web, "data.PUBLIC_URL", "https://other.example.com");
    expect(await faults()).toEqual([
      "Deployment web has the origin https://other.example.com, and not https://tickets.example.com",
    ]);
  });

  it("is at fault when https, or the answer to http, is not reached", async () => {
    const ports = services([service()]).flatMap((each) => each.ports.map(({ port }) => port));
    expect(ports.sort()).toEqual([443, 80]);
    for (const [at, port] of ports.entries())
      spoil(service(), `spec.ports.${at}`, {
        name: "p",
        port,
        targetPort: port === 443 ? "public" : "https",
      });
    expect(await faults()).toEqual(
      expect.arrayContaining([
        "port 443 of Service gateway leads to 8080, where it is not answered",
        "port 80 of Service gateway leads to 8443, where it is not answered",
      ]),
    );
    spoil(service(), "spec.ports", [{ name: "p", port: 80, targetPort: "public" }]);
    expect(await faults()).toEqual(["Service gateway has no port 443"]);
  });

  it("is at fault when nobody makes the certificate, or makes it for another host", async () => {
    spoil(find(objects, "Certificate", "gateway"), "spec.dnsNames.0", "other.example.com");
    expect(await faults()).toEqual(["the certificate in gateway-tls is not for tickets.example.com"]);
    spoil(find(objects, "Certificate", "gateway"), "spec.dnsNames", ["tickets.example.com"]);
    expect(await faults()).toEqual(["the certificate in gateway-tls is not for files.example.com"]);
    spoil(find(objects, "Certificate", "gateway"), "spec.secretName", "other");
    expect(await faults()).toEqual(["nobody makes the Secret gateway-tls of the gateway's certificate"]);
  });

  it.each([
    ["ca", "issuerRef", { kind: "Issuer", name: "ca" }, "is issued by ca, whom no browser trusts"],
    ["itself", "issuerRef", { kind: "Issuer", name: "self-signed" }, "is issued by self-signed, whom no"],
    ["nobody for servers", "usages", ["client auth"], "is not for servers"],
  ])("is at fault when the certificate is issued by %s", async (_, field, value, fault) => {
    spoil(find(objects, "Certificate", "gateway"), `spec.${field}`, value);
    expect(await faults()).toEqual([expect.stringContaining(fault)]);
  });

  it("is at fault when the origin has a port that the Service does not", async () => {
    setOrigins("https://tickets.example.com:8443", "https://files.example.com:8443");
    expect(await faults()).toEqual(["nobody answers at port 8443 of https://tickets.example.com:8443"]);
    setVariable("PUBLIC_TLS_DIR", "");
    setVariable("TLS_TERMINATION", "proxy");
    setVariable("TRUSTED_PROXIES", "1");
    expect((await faults()).join()).not.toMatch(/8443 of/);
  });

  it("is at fault when Envoy does not have the certificate", async () => {
    spoil(gateway(), "spec.template.spec.initContainers.1.volumeMounts", []);
    expect(await faults()).toEqual(["container envoy of the gateway has no Secret at /public-tls"]);
  });

  it("is at fault when nobody ends TLS, in a mesh whose origin is http", async () => {
    setOrigins("http://tickets.example.com", "http://files.example.com");
    setVariable("TLS_TERMINATION", "none");
    setVariable("PUBLIC_TLS_DIR", "");
    expect(await faults()).toContain("nobody ends TLS for http://tickets.example.com");
  });

  it("is at fault when callers' addresses are lost on the way", async () => {
    spoil(service(), "spec.externalTrafficPolicy", "Cluster");
    expect(await faults()).toEqual(["nobody tells the gateway its callers' addresses"]);
    setVariable("PROXY_PROTOCOL", "on");
    expect(await faults()).toEqual([]);
  });

  it("is closed to https where no policy opens it", async () => {
    objects = objects.filter(
      ({ kind, metadata }) => kind !== "NetworkPolicy" || metadata.name !== "gateway-tls",
    );
    expect(await networkFaultsOf(objects)).toEqual(["outside → gateway:8443 is called and may not come in"]);
  });

  it("is told apart by the gateway itself when its settings do not fit together", async () => {
    setVariable("TLS_TERMINATION", "none");
    expect(environmentFaults(await configurationsOf(objects)).join()).toMatch(/TLS_TERMINATION/);
  });
});

it("the example of an issuer is one of cert-manager's", async () => {
  const text = await readFile(repositoryPath("k8s/examples/public-issuer.yaml"), "utf8");
  const example = kubernetesObject.parse(parse(text));
  expect([isCustom(example), customResourceFaults(example)]).toEqual([true, []]);
});
