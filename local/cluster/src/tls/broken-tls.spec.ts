import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { configurationsOf, find, overlayObjects, rewrite, spoil } from "../../testing/mesh.ts";
import { allCalls } from "../network-calls.ts";
import { type KubernetesObject, ofKind, workloads } from "../objects.ts";
import { forUsers } from "../overlays.ts";
import { isNamed } from "./certificates.ts";
import { tlsFaults } from "./faults.ts";

// Kustomize builds every overlay once.
jest.setTimeout(120_000);

/** Each rule of TLS, broken once. */
let objects: KubernetesObject[];
beforeEach(async () => {
  objects = await overlayObjects("k8s/overlays/production");
});

async function faultsOf(all: readonly KubernetesObject[]): Promise<string[]> {
  const ours = await configurationsOf(all);
  return tlsFaults(allCalls(workloads(all), ours, all), ours, all);
}

const containers = "spec.template.spec.containers.0";

/** Sets a variable of a workload's first container, or takes it away. */
function variable(
  kind: string,
  workload: string,
  name: string,
  value: string | undefined,
  at = "containers",
) {
  const object = find(objects, kind, workload);
  const { pod } = workloads([object])[0] ?? {};
  const env = (at === "containers" ? pod?.containers : pod?.initContainers)?.[0]?.env ?? [];
  const rest = env.filter((each) => each.name !== name);
  spoil(object, `spec.template.spec.${at}.0.env`, value === undefined ? rest : [...rest, { name, value }]);
}

describe("a mesh for users", () => {
  it.each(forUsers)("speaks TLS alone in %s", async (overlay) => {
    expect(await faultsOf(await overlayObjects(overlay))).toEqual([]);
  });

  it("is told apart from one that speaks none", async () => {
    const faults = await faultsOf(await overlayObjects("k8s/overlays/local"));
    for (const server of ["auth:8080", "tickets:9090", "nats:4222", "mongodb:27017", "temporal-db:5432"])
      expect(faults).toContainEqual(expect.stringMatching(`→ ${server}: served in plain text`));
  });
});

describe("a process of ours", () => {
  it("that has no TLS_DIR serves and calls in plain text", async () => {
    variable("Deployment", "payments", "TLS_DIR", undefined);
    // Without it, its configuration does not take the broker's address either.
    variable("Deployment", "payments", "NATS_URL", "nats://payments:p@nats:4222");
    expect(await faultsOf(objects)).toEqual(
      expect.arrayContaining([
        "payments → nats:4222: NATS_URL is an address of plain text",
        "payments → orders:9090: the caller trusts nobody to vouch for it",
        "gateway → payments:8080: served in plain text: TLS_DIR names no folder with a certificate",
        "workflows → payments:9090: served in plain text: TLS_DIR names no folder with a certificate",
      ]),
    );
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_CERTIFICATE", undefined, "trusts nobody"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector:4318", "is an address of plain text"],
  ])("sends its metrics in plain text when %s is %s", async (name, value, fault) => {
    variable("Deployment", "orders", name, value);
    expect(await faultsOf(objects)).toEqual([
      expect.stringMatching(`^orders → otel-collector:4318: .*${fault}`),
    ]);
  });

  it.each([
    ["has nothing at TLS_DIR", `${containers}.volumeMounts`, [], "trusts nobody"],
    [
      "trusts its own certificate alone",
      "spec.template.spec.volumes.0.projected.sources.0.secret.name",
      "orders-tls",
      "trusts Secret orders-tls, which is not of who issues",
    ],
    [
      "shows another's certificate",
      "spec.template.spec.volumes.0.projected.sources.1.secret.name",
      "tickets-tls",
      "payments → orders:9090: Certificate tickets is not for orders",
    ],
    [
      "has a certificate that nobody makes",
      "spec.template.spec.volumes.0.projected.sources.1.secret.name",
      "order-tls",
      "payments → orders:9090: no Certificate makes Secret order-tls",
    ],
    [
      "has a certificate without its key",
      "spec.template.spec.volumes.0.projected.sources.1.secret.items",
      [{ key: "tls.crt", path: "tls.crt" }],
      "payments → orders:9090: served in plain text",
    ],
  ])("that %s is found", async (_, path, value, fault) => {
    spoil(find(objects, "Deployment", "orders"), path, value);
    expect(await faultsOf(objects)).toContainEqual(expect.stringContaining(fault));
  });

  it.each([
    ["Deployment", "orders", "readinessProbe", { grpc: { port: 9090 } }, "asks port 9090 without TLS"],
    ["Deployment", "web", "livenessProbe", { httpGet: { port: "public" } }, "asks port public by HTTP"],
    [
      "Deployment",
      "temporal-history",
      "startupProbe",
      { grpc: { port: 7234 } },
      "asks port 7234 without TLS",
    ],
    [
      "StatefulSet",
      "nats",
      "livenessProbe",
      { httpGet: { port: "monitor", scheme: "HTTPS" } },
      "asks port monitor by HTTPS",
    ],
  ])("that is not heard by its probes is found: %s %s, %s %j", async (kind, name, probe, value, fault) => {
    spoil(find(objects, kind, name), `${containers}.${probe}`, value);
    expect(await faultsOf(objects)).toEqual([`${name}: ${probe} ${fault}`]);
  });

  it("whose Envoy does not see the folder that its configuration names is found", async () => {
    spoil(find(objects, "Deployment", "gateway"), "spec.template.spec.initContainers.1.volumeMounts", []);
    expect(await faultsOf(objects)).toContain(
      "gateway → auth:8080: the caller trusts nobody to vouch for it",
    );
  });
});

describe("a certificate", () => {
  it.each([
    ["orders", "spec.dnsNames", ["orders.ticketing"], "→ orders:9090: Certificate orders is not for orders"],
    ["nats", "spec.dnsNames", ["nats"], "nats → nats:6222: Certificate nats is not for nats-0.nats"],
    ["mongodb", "spec.dnsNames", ["*.mongodb-svc"], "is not for mongodb-0.mongodb-svc"],
    [
      "mongodb",
      "spec.dnsNames",
      ["mongodb-0.mongodb-svc", "mongodb-1.mongodb-svc", "mongodb-2.mongodb-svc"],
      "is not for mongodb-0.mongodb-svc.ticketing.svc.cluster.local",
    ],
    ["temporal", "spec.dnsNames", ["temporal"], "Certificate temporal is not for temporal-frontend"],
    [
      "temporal",
      "spec.dnsNames",
      ["temporal-frontend"],
      "→ temporal-history:7234: Certificate temporal is not for temporal",
    ],
    ["temporal-db", "spec.dnsNames", ["temporal-db-r"], "is not for temporal-db-rw"],
    ["web", "spec.dnsNames", ["web", "web.shop.svc"], "is for web.shop.svc, which is in another namespace"],
    ["auth", "spec.secretName", "orders-tls", "is written into Secret orders-tls, as another is"],
    ["auth", "spec.issuerRef.name", "nobody", "is to be issued by nobody, which is not there"],
    ["auth", "spec.issuerRef.name", "self-signed", "trusts Secret ca, which is not of who issues auth"],
    ["catalog", "spec.usages", ["client auth"], "Certificate catalog is not for servers"],
    ["nats", "spec.usages", ["server auth"], "shows Secret nats-tls, which is not for clients"],
    ["mongodb", "spec.usages", ["server auth"], "shows Secret mongodb-tls, which is not for clients"],
    ["temporal", "spec.usages", ["server auth"], "shows Secret temporal-tls, which is not for clients"],
  ])("%s with %s %j is found", async (name, path, value, fault) => {
    spoil(find(objects, "Certificate", name), path, value);
    expect(await faultsOf(objects)).toContainEqual(expect.stringContaining(fault));
  });

  it("of another authority, whom everybody trusts, is as good", async () => {
    for (const object of ofKind(objects, "Certificate"))
      if (object.metadata.name !== "ca")
        spoil(object, "spec.issuerRef", { kind: "ClusterIssuer", name: "company" });
    const text = JSON.stringify(objects).replaceAll('"name":"ca"', '"name":"company-roots"');
    expect(await faultsOf(JSON.parse(text))).toEqual([]);
  });

  it("has no wildcard of two names, which clients of Node.js do not take", () => {
    const certificate = (dnsNames: string[]) =>
      ({ name: "c", secretName: "c", dnsNames, usages: [], isCA: false }) as never;
    expect(isNamed(certificate(["*.nats"]), "nats-0.nats")).toBe(false);
    expect(isNamed(certificate(["*.nats.ns"]), "nats-0.nats.ns")).toBe(true);
    expect(isNamed(certificate([]), "nats")).toBe(false);
  });
});

describe("the key of the authority", () => {
  const trust = "spec.template.spec.volumes.0.projected.sources.0.secret.items";
  it.each([
    ["Deployment", "web", trust, undefined, "Deployment web is given more of Secret ca than its ca.crt"],
    ["Deployment", "web", trust, [{ key: "tls.key", path: "ca.crt" }], "Deployment web is given more"],
    [
      "StatefulSet",
      "nats",
      "spec.template.spec.volumes.0",
      { name: "tls", secret: { secretName: "ca" } },
      "StatefulSet nats is given more of Secret ca",
    ],
    [
      "Role",
      "mongodb-kubernetes-appdb",
      "rules.0.resourceNames",
      undefined,
      "Role mongodb-kubernetes-appdb may read",
    ],
    ["Role", "mongodb-kubernetes-appdb", "rules.0.resourceNames", ["ca"], "may read the key of an authority"],
  ])("is missed nowhere: %s %s with %s %j", async (kind, name, path, value, fault) => {
    spoil(find(objects, kind, name), path, value);
    expect(await faultsOf(objects)).toContainEqual(expect.stringContaining(fault));
  });
});

describe("an engine", () => {
  it.each([
    ["nats", "tls.conf", /tls \{[^}]*\}/, "", "orders → nats:4222: served in plain text: its configuration"],
    ["nats", "nats.conf", "include ./tls.conf", "", "orders → nats:4222: served in plain text"],
    ["nats", "nats.conf", "max_payload", "allow_non_tls: true\nmax_payload", "in plain text: allow_non_tls"],
    ["nats", "cluster.conf", "include ./tls.conf", "", "nats → nats:6222: served in plain text"],
    ["nats", "tls.conf", "/tls/tls.key", "/tls/other.key", "its certificate is in no Secret of the pod"],
    ["nats", "tls.conf", /ca_file.*/, "", "nats → nats:6222: the caller trusts nobody"],
    ["otel-collector", "tls.yaml", "http:", "grpc:", "→ otel-collector:4318: served in plain text"],
    ["temporal", "server.yaml", "keyFile", "keyfile", "→ temporal-history:7234: served in plain text"],
    ["temporal", "server.yaml", "enableHostVerification: true, ", "", "temporal-db:5432: sql.tls does not"],
    ["temporal", "server.yaml", "enabled: true, enable", "enabled: false, enable", "sql.tls does not verify"],
    ["temporal", "server.yaml", "serverName: temporal,", "serverName: history,", "is not for history"],
    ["temporal", "server.yaml", /rootCaFiles: .*ca.crt\]/, "rootCaFiles: []", "the caller trusts nobody"],
    [
      "temporal",
      "server.yaml",
      "client: { serverName",
      "client: { disableHostVerification: true, serverName",
      "disableHostVerification",
    ],
  ])("whose %s/%s says not %s but %j is found", async (holder, file, from, to, fault) => {
    rewrite(objects, holder, file, from, to);
    expect(await faultsOf(objects)).toContainEqual(expect.stringContaining(fault));
  });

  it.each([
    ["MongoDBCommunity", "mongodb", "spec.security.tls", undefined],
    ["MongoDBCommunity", "mongodb", "spec.security.tls.enabled", false],
    ["MongoDBCommunity", "mongodb", "spec.security.tls.optional", true],
    ["Cluster", "temporal-db", "spec.postgresql.pg_hba", undefined],
    ["Cluster", "temporal-db", "spec.postgresql.pg_hba", ["hostssl all all all scram-sha-256"]],
    [
      "Cluster",
      "temporal-db",
      "spec.postgresql.pg_hba",
      ["host all all all md5", "hostnossl all all all reject"],
    ],
    ["Cluster", "temporal-db", "spec.postgresql.pg_hba", ["hostnossl all app all reject"]],
    ["Cluster", "temporal-db", "spec.certificates", undefined],
    ["Deployment", "otel-collector", `${containers}.args`, ["--config", "/etc/collector/collector.yaml"]],
  ])("%s %s whose %s is %j lets clients in without TLS", async (kind, name, path, value) => {
    spoil(find(objects, kind, name), path, value);
    expect(await faultsOf(objects)).toContainEqual(
      expect.stringMatching(`→ ${name}:\\d+: served in plain text`),
    );
  });

  it.each([
    ["Job", "temporal-schema", "SQL_TLS", undefined, "SQL_TLS is not set"],
    ["Job", "temporal-schema", "SQL_TLS_CA_FILE", undefined, "trusts nobody"],
    ["Job", "temporal-schema", "SQL_TLS_DISABLE_HOST_VERIFICATION", "true", "VERIFICATION is true"],
    ["Job", "temporal-namespace", "TEMPORAL_TLS", "false", "TEMPORAL_TLS is false"],
    ["Job", "temporal-namespace", "TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/etc/ca.crt", "trusts nobody"],
    ["Job", "make-current", "TLS_DIR", undefined, "trusts nobody"],
    ["Deployment", "temporal-ui", "TEMPORAL_TLS_CA", undefined, "trusts nobody"],
    ["Deployment", "temporal-ui", "TEMPORAL_TLS_ENABLE_HOST_VERIFICATION", "false", "is false"],
    ["Deployment", "temporal-ui", "TEMPORAL_TLS_SERVER_NAME", "other", "is not for other"],
  ])("is called in plain text by %s %s with %s %s", async (kind, name, key, value, fault) => {
    variable(kind, name, key, value);
    expect(await faultsOf(objects)).toEqual([expect.stringMatching(`^${name} → .*${fault}`)]);
  });

  it("that somebody calls without a word about TLS is found", async () => {
    const faults = tlsFaults(
      [{ from: "web", to: "catalog", port: 9090 }],
      await configurationsOf(objects),
      objects,
    );
    expect(faults).toEqual(["web → catalog:9090: nobody says that it is by TLS"]);
  });
});
