import { z } from "zod";
import { type Configured, calledValues, hostsOf, ownImage } from "../configurations.ts";
import { environment } from "../environment.ts";
import { type KubernetesObject, lasting, ofKind, type Workload } from "../objects.ts";
import { roleConfig, temporalRoles } from "../temporal/server-config.ts";
import { ownSecret, trustedSecret } from "./folder.ts";
import { block, isOn, natsText, setting } from "./nats-blocks.ts";

/** A process that calls an address, by TLS or in plain text. */
export interface Caller {
  readonly from: string;
  /** host:port */
  readonly address: string;
  /** The Secret with the authorities that it trusts; undefined where it verifies no certificate. */
  readonly trusts: string | undefined;
  /** The name that it expects in the certificate. */
  readonly name: string;
  /** The Secret whose certificate it shows in turn, where it is asked for one. */
  readonly shows?: string | undefined;
  /** Why it calls in plain text, or believes everybody. */
  readonly fault?: string;
}

/** All callers, as their configurations show them. */
export function callers(
  all: readonly Workload[],
  ours: readonly Configured[],
  objects: readonly KubernetesObject[],
): Caller[] {
  return [
    ...ours.flatMap(ownCalls),
    ...all.flatMap((workload) => foreignCalls(workload, objects)),
    ...all.flatMap((workload) => routes(workload, objects)),
    ...temporalCalls(all, objects),
    ...ofKind(objects, "MongoDBCommunity").flatMap(members),
    ...ofKind(objects, "Cluster").flatMap(instances),
  ];
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"));

const PLAIN = /^(http|nats):\/\//;

/** A process of ours calls by TLS what has no scheme, if it has TLS_DIR; its collector by the exporter's own variable. */
function ownCalls(process: Configured): Caller[] {
  const { workload, container, env } = process;
  const { pod } = workload;
  // What a container of ours writes that comes first, Envoy's configuration, Envoy reads by the same paths.
  const readers = pod.initContainers.includes(container)
    ? [container, ...lasting(pod).filter((each) => !ownImage(each))]
    : [container];
  return calledValues(process).flatMap(({ variable, text }) => {
    const file =
      variable === "OTEL_EXPORTER_OTLP_ENDPOINT"
        ? env.OTEL_EXPORTER_OTLP_CERTIFICATE
        : env.TLS_DIR && `${env.TLS_DIR}/ca.crt`;
    const trusted = readers.map((reader) => trustedSecret(pod, reader, file || ""));
    const trusts = trusted.every((secret) => secret === trusted[0]) ? trusted[0] : undefined;
    const fault = PLAIN.test(text) ? `${variable} is an address of plain text` : undefined;
    return hostsOf(text).map((address) => ({
      from: workload.name,
      address,
      trusts,
      name: hostOf(address),
      ...(fault && { fault }),
    }));
  });
}

/** How a third-party program is configured to call by TLS. */
interface Program {
  /** Part of its image's name. */
  readonly image: RegExp;
  /** The variables with the addresses that it calls. */
  readonly address: (env: Readonly<Record<string, string>>) => string | undefined;
  /** The variable with the path of its trusted authorities. */
  readonly authorities: string;
  /** What its other variables have to be; undefined where they must not be set. */
  readonly required: Readonly<Record<string, string | undefined>>;
}

const programs: readonly Program[] = [
  {
    // https://docs.temporal.io/references/web-ui-environment-variables
    image: /temporalio\/ui:/,
    address: (env) => env.TEMPORAL_ADDRESS,
    authorities: "TEMPORAL_TLS_CA",
    required: { TEMPORAL_TLS_ENABLE_HOST_VERIFICATION: "true" },
  },
  {
    // https://docs.temporal.io/references/client-environment-configuration
    image: /temporalio\/admin-tools:/,
    address: (env) => env.TEMPORAL_ADDRESS,
    authorities: "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    required: { TEMPORAL_TLS: "true", TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: undefined },
  },
  {
    // tools/sql/main.go of the server
    image: /temporalio\/admin-tools:/,
    address: (env) => env.SQL_HOST && `${env.SQL_HOST}:${env.SQL_PORT}`,
    authorities: "SQL_TLS_CA_FILE",
    required: { SQL_TLS: "true", SQL_TLS_DISABLE_HOST_VERIFICATION: undefined },
  },
];

function foreignCalls(workload: Workload, objects: readonly KubernetesObject[]): Caller[] {
  const containers = [...workload.pod.initContainers, ...workload.pod.containers];
  return containers
    .filter((container) => !ownImage(container))
    .flatMap((container) =>
      programs.flatMap(({ image, address, authorities, required }) => {
        const env = image.test(container.image) ? environment(container, objects) : {};
        const called = address(env);
        if (!called) return [];
        const wrong = Object.entries(required).find(([name, value]) => env[name] !== value);
        return [
          {
            from: workload.name,
            address: called,
            trusts: trustedSecret(workload.pod, container, env[authorities] ?? ""),
            name: env.TEMPORAL_TLS_SERVER_NAME ?? env.SQL_TLS_SERVER_NAME ?? hostOf(called),
            ...(wrong && { fault: `${wrong[0]} is ${env[wrong[0]] ?? "not set"}` }),
          },
        ];
      }),
    );
}

/** The broker's servers call each other at the addresses of their configuration, and both sides show a certificate. */
function routes(workload: Workload, objects: readonly KubernetesObject[]): Caller[] {
  const [container] = workload.pod.containers;
  const cluster = block(natsText(workload, objects), "cluster");
  if (!container || cluster === undefined) return [];
  const tls = block(cluster, "tls") ?? "";
  const file = (name: string) => setting(tls, name) ?? "";
  return [...cluster.matchAll(/(?:nats-route|nats|tls):\/\/(\S+)/g)].map(([, address = ""]) => ({
    from: workload.name,
    address,
    trusts: trustedSecret(workload.pod, container, file("ca_file")),
    shows: ownSecret(workload.pod, container, { certificate: file("cert_file"), key: file("key_file") }),
    name: hostOf(address),
    ...(isOn(setting(tls, "insecure")) && { fault: "insecure" }),
  }));
}

/** Temporal's roles call each other at their pods' addresses, by names of their configuration, and their stores. */
function temporalCalls(all: readonly Workload[], objects: readonly KubernetesObject[]): Caller[] {
  const roles = temporalRoles(all);
  return roles.flatMap(({ workload, container, ...role }) => {
    const { services, global, persistence } = roleConfig({ workload, container, ...role }, objects);
    const trust = (file = "") => trustedSecret(workload.pod, container, file);
    const others = roles.flatMap((other): Caller[] => {
      const port = services[other.service]?.rpc.grpcPort;
      const group = other.service === "frontend" ? global.tls?.frontend : global.tls?.internode;
      const client = group?.client;
      // The roles ask each other for no password; whoever calls the frontend is kept out by policies.
      const open = other.service !== "frontend" && group?.server.requireClientAuth === false;
      const fault = client?.disableHostVerification ? "disableHostVerification" : open && "requireClientAuth";
      const { certFile: certificate = "", keyFile: key = "" } = group?.server ?? {};
      return [
        {
          from: workload.name,
          address: `${other.workload.name}:${port}`,
          trusts: trust(client?.rootCaFiles[0]),
          shows: group?.server.requireClientAuth
            ? ownSecret(workload.pod, container, { certificate, key })
            : undefined,
          name: client?.serverName ?? "",
          ...(fault && { fault }),
        },
      ];
    });
    const stores = Object.values(persistence.datastores).map(({ sql }) => ({
      from: workload.name,
      address: sql.connectAddr,
      trusts: trust(sql.tls?.caFile),
      name: hostOf(sql.connectAddr),
      ...(!(sql.tls?.enabled && sql.tls.enableHostVerification) && { fault: "sql.tls does not verify it" }),
    }));
    return [...others, ...stores];
  });
}

const set = z.object({
  spec: z.object({
    members: z.int(),
    security: z.object({
      tls: z
        .object({
          caCertificateSecretRef: z.object({ name: z.string() }),
          certificateKeySecretRef: z.object({ name: z.string() }),
        })
        .optional(),
    }),
  }),
});

/** The members of a set call each other, and clients that found one call the others, by their whole names. */
function members({ metadata: { name, namespace }, ...object }: KubernetesObject): Caller[] {
  const { spec } = set.parse(object);
  return Array.from({ length: spec.members }, (_, at) => ({
    from: name,
    address: `${name}-${at}.${name}-svc:27017`,
    trusts: spec.security.tls?.caCertificateSecretRef.name,
    shows: spec.security.tls?.certificateKeySecretRef.name,
    name: `${name}-${at}.${name}-svc.${namespace}.svc.cluster.local`,
  }));
}

const cluster = z.object({
  spec: z.object({ certificates: z.object({ serverCASecret: z.string() }).optional() }),
});

/** https://cloudnative-pg.io/documentation/current/certificates: instances look at the authority, not at names. */
function instances(object: KubernetesObject): Caller[] {
  const { name } = object.metadata;
  const trusts = cluster.parse(object).spec.certificates?.serverCASecret;
  return [{ from: name, address: `${name}-rw:5432`, trusts, name: `${name}-rw` }];
}
