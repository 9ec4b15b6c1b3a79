import { parse } from "yaml";
import { z } from "zod";
import type { Configured } from "../configurations.ts";
import { type Container, configMap, type KubernetesObject, ofKind, type Workload } from "../objects.ts";
import { roleConfig, temporalRoles } from "../temporal/server-config.ts";
import { ownSecret } from "./folder.ts";
import { block, isOn, natsText, setting } from "./nats-blocks.ts";

/** How a port is served: by TLS with the certificate of a Secret, or in plain text, with the reason. */
export type Served = { readonly secret: string } | { readonly plain: string };

/** How each port of pods is served, by `pods:port`. */
export type ServedPorts = ReadonlyMap<string, Served>;

const certified = (secret: string | undefined, plain: string): Served => (secret ? { secret } : { plain });

/** How every port is served that somebody of the mesh calls. */
export function servedPorts(
  all: readonly Workload[],
  ours: readonly Configured[],
  objects: readonly KubernetesObject[],
): ServedPorts {
  return new Map([
    ...ours.flatMap(ownPorts),
    ...all.flatMap((workload) => natsPorts(workload, objects)),
    ...all.flatMap((workload) => collectorPorts(workload, objects)),
    ...temporalPorts(all, objects),
    ...ofKind(objects, "MongoDBCommunity").map(mongodbPort),
    ...ofKind(objects, "Cluster").map(postgresPort),
  ]);
}

/** A process of ours serves by TLS alone where it has TLS_DIR, but for the port of health. */
function ownPorts({ workload, container, env }: Configured): [string, Served][] {
  const own =
    env.TLS_DIR &&
    ownSecret(workload.pod, container, {
      certificate: `${env.TLS_DIR}/tls.crt`,
      key: `${env.TLS_DIR}/tls.key`,
    });
  return container.ports.map(({ containerPort }) => [
    `${workload.name}:${containerPort}`,
    `${containerPort}` === env.HEALTH_PORT
      ? { plain: "it is for probes alone" }
      : certified(own || undefined, "TLS_DIR names no folder with a certificate"),
  ]);
}

/** https://docs.nats.io/running-a-nats-service/configuration/securing_nats/tls */
function natsPorts(workload: Workload, objects: readonly KubernetesObject[]): [string, Served][] {
  const container = workload.pod.containers.find(({ image }) => /(^|\/)nats:/.test(image));
  if (!container) return [];
  const text = natsText(workload, objects);
  const port = (name: string) => container.ports.find((each) => each.name === name)?.containerPort;
  const served = (tls: string | undefined): Served => {
    if (tls === undefined) return { plain: "its configuration has no tls" };
    const files = { certificate: setting(tls, "cert_file") ?? "", key: setting(tls, "key_file") ?? "" };
    return certified(ownSecret(workload.pod, container, files), "its certificate is in no Secret of the pod");
  };
  return [
    [
      `${workload.name}:${port("client")}`,
      isOn(setting(text, "allow_non_tls")) ? { plain: "allow_non_tls" } : served(block(text, "tls")),
    ],
    [`${workload.name}:${port("cluster")}`, served(block(block(text, "cluster") ?? "", "tls"))],
  ];
}

const receiver = z.object({
  receivers: z.object({
    otlp: z.object({
      protocols: z.object({
        http: z.object({
          tls: z.object({
            cert_file: z.string(),
            key_file: z.string(),
            reload_interval: z.string().optional(),
          }),
        }),
      }),
    }),
  }),
});

const collectorIn = ({ pod }: Workload): Container | undefined =>
  pod.containers.find(({ image }) => /opentelemetry-collector/.test(image));

/** What the collector's configuration says of its own TLS; the last one holds. */
export function collectorTls(workload: Workload, objects: readonly KubernetesObject[]) {
  const container = collectorIn(workload);
  if (!container) return [];
  const tls = collectorFiles(workload, container, objects).flatMap((text) => {
    const { data } = receiver.safeParse(parse(text));
    return data ? [data.receivers.otlp.protocols.http.tls] : [];
  });
  return tls.slice(-1);
}

function collectorPorts(workload: Workload, objects: readonly KubernetesObject[]): [string, Served][] {
  const container = collectorIn(workload);
  const port = container?.ports.find(({ name }) => name === "otlp-http");
  if (!container || !port) return [];
  const [tls] = collectorTls(workload, objects);
  const own = tls && ownSecret(workload.pod, container, { certificate: tls.cert_file, key: tls.key_file });
  return [[`${workload.name}:${port.containerPort}`, certified(own, "no file of its arguments has tls")]];
}

/** The collector merges the files that its arguments name. */
function collectorFiles(
  { pod }: Workload,
  { args }: Container,
  objects: readonly KubernetesObject[],
): string[] {
  const volume = pod.volumes.find(({ name }) => name === "config");
  const files = (volume?.configMap && configMap(objects, volume.configMap.name)) ?? {};
  return args.flatMap((argument) => files[argument.slice(argument.lastIndexOf("/") + 1)] ?? []);
}

function temporalPorts(all: readonly Workload[], objects: readonly KubernetesObject[]): [string, Served][] {
  return temporalRoles(all).flatMap((role): [string, Served][] => {
    const { workload, container, service } = role;
    const { global, services } = roleConfig(role, objects);
    const rpc = services[service]?.rpc;
    if (!rpc) return [];
    const group = service === "frontend" ? global.tls?.frontend : global.tls?.internode;
    const own =
      group &&
      ownSecret(workload.pod, container, { certificate: group.server.certFile, key: group.server.keyFile });
    return [
      [`${workload.name}:${rpc.grpcPort}`, certified(own, "global.tls names no certificate of the pod")],
    ];
  });
}

const mongodb = z.object({
  spec: z.object({
    security: z.object({
      tls: z
        .object({
          enabled: z.boolean(),
          optional: z.boolean().default(false),
          certificateKeySecretRef: z.object({ name: z.string() }),
        })
        .optional(),
    }),
  }),
});

function mongodbPort(object: KubernetesObject): [string, Served] {
  const { tls } = mongodb.parse(object).spec.security;
  const required = tls?.enabled && !tls.optional;
  return [
    `${object.metadata.name}:27017`,
    certified(required ? tls.certificateKeySecretRef.name : undefined, "security.tls does not require it"),
  ];
}

const postgres = z.object({
  spec: z.object({
    certificates: z.object({ serverTLSSecret: z.string() }).optional(),
    postgresql: z.object({ pg_hba: z.array(z.string()).default([]) }),
  }),
});

/** PostgreSQL takes the first rule that fits, and the operator's last one lets everybody in by either. */
function postgresPort(object: KubernetesObject): [string, Served] {
  const { certificates, postgresql } = postgres.parse(object).spec;
  const first = postgresql.pg_hba.find((rule) => !/^\s*(#|local\s|hostssl\s|hostgssenc\s)/.test(rule));
  const refuses = /^hostnossl\s+all\s+all\s+all\s+reject$/.test(first?.trim() ?? "");
  return [
    `${object.metadata.name}:5432`,
    refuses
      ? certified(certificates?.serverTLSSecret, "certificates.serverTLSSecret is not set")
      : { plain: "pg_hba lets clients in without it" },
  ];
}
