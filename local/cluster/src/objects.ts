import { z } from "zod";

/** The parts of Kubernetes' objects that the checks read; whether the rest is right is for the schemas to say. */
const labels = z.record(z.string(), z.string()).default({});

const selector = z
  .object({
    matchLabels: labels,
    matchExpressions: z
      .array(z.strictObject({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) }))
      .default([]),
  })
  .strict();

/** Which pods are meant, by their labels. */
export type Selector = z.output<typeof selector>;

const environmentVariable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      secretKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
      configMapKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});

const amounts = z.record(z.string(), z.union([z.string(), z.number()])).default({});

const probePort = z.union([z.int(), z.string()]);

/** How a container is asked how it is, as far as checks look at it. */
const probe = z.object({
  grpc: z.object({ port: probePort, service: z.string().default("") }).optional(),
  httpGet: z
    .object({
      port: probePort,
      path: z.string().default("/"),
      scheme: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
    })
    .optional(),
  tcpSocket: z.object({ port: probePort }).optional(),
  periodSeconds: z.int().default(10),
  failureThreshold: z.int().default(3),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string().default(""),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  restartPolicy: z.string().optional(),
  env: z.array(environmentVariable).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) }).strict()).default([]),
  ports: z
    .array(z.object({ name: z.string(), containerPort: z.number(), hostPort: z.number().optional() }))
    .default([]),
  volumeMounts: z
    .array(
      z.object({
        name: z.string(),
        mountPath: z.string(),
        subPath: z.string().optional(),
        subPathExpr: z.string().optional(),
      }),
    )
    .default([]),
  resources: z.object({ requests: amounts, limits: amounts }).default({ requests: {}, limits: {} }),
  securityContext: z
    .object({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      privileged: z.boolean().optional(),
      capabilities: z
        .object({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) })
        .optional(),
    })
    .default({}),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z
    .object({
      preStop: z.looseObject({ sleep: z.object({ seconds: z.number() }).optional() }).optional(),
    })
    .default({}),
});

const podSpec = z.looseObject({
  automountServiceAccountToken: z.boolean().default(true),
  enableServiceLinks: z.boolean().default(true),
  hostNetwork: z.boolean().default(false),
  shareProcessNamespace: z.boolean().default(false),
  terminationGracePeriodSeconds: z.number().default(30),
  securityContext: z
    .object({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      seccompProfile: z.object({ type: z.string() }).optional(),
    })
    .default({}),
  topologySpreadConstraints: z.array(z.unknown()).default([]),
  initContainers: z.array(container).default([]),
  containers: z.array(container).default([]),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        configMap: z.object({ name: z.string() }).optional(),
        secret: z.object({ secretName: z.string() }).optional(),
        projected: z
          .object({
            sources: z.array(
              z.object({
                secret: z
                  .object({
                    name: z.string(),
                    items: z.array(z.object({ key: z.string(), path: z.string() })).optional(),
                  })
                  .optional(),
              }),
            ),
          })
          .optional(),
      }),
    )
    .default([]),
});

const peer = z
  .object({
    podSelector: selector.optional(),
    namespaceSelector: selector.optional(),
    ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
  })
  .strict();

const policyPorts = z
  .array(z.object({ port: z.number(), protocol: z.string().default("TCP") }).strict())
  .optional();

const schemas = {
  workload: z.object({
    spec: z.object({
      replicas: z.number().optional(),
      template: z.object({ metadata: z.object({ labels }), spec: podSpec }),
    }),
  }),
  service: z.object({
    spec: z.object({
      clusterIP: z.string().optional(),
      selector: labels,
      ports: z.array(
        z.object({ name: z.string(), port: z.number(), targetPort: z.union([z.string(), z.number()]) }),
      ),
    }),
  }),
  data: z.object({ data: z.record(z.string(), z.string()).default({}) }),
  policy: z.object({
    spec: z.object({
      podSelector: selector,
      policyTypes: z.array(z.string()).optional(),
      ingress: z.array(z.object({ from: z.array(peer).optional(), ports: policyPorts }).strict()).optional(),
      egress: z.array(z.object({ to: z.array(peer).optional(), ports: policyPorts }).strict()).optional(),
    }),
  }),
};

export const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels }),
});

export type KubernetesObject = z.output<typeof kubernetesObject>;
export type Labels = z.output<typeof labels>;
export type Container = z.output<typeof container>;
export type PodSpec = z.output<typeof podSpec>;
export type Peer = z.output<typeof peer>;

/** Whatever makes pods: a Deployment, a StatefulSet or a Job. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly labels: Labels;
  readonly pod: PodSpec;
}

export interface Service {
  readonly name: string;
  readonly headless: boolean;
  readonly selector: Labels;
  readonly ports: readonly { name: string; port: number; targetPort: string | number }[];
}

export type NetworkPolicy = z.output<typeof schemas.policy>["spec"] & { readonly name: string };

/** A container that runs beside all others from before their start until after their end. */
export const isSidecar = ({ initContainers }: PodSpec, container: Container): boolean =>
  initContainers.includes(container) && container.restartPolicy === "Always";

/** The containers that run for as long as the pod: its own and their sidecars. */
export const lasting = (pod: PodSpec): Container[] => [
  ...pod.initContainers.filter((container) => isSidecar(pod, container)),
  ...pod.containers,
];

/** "Deployment tickets", for messages. */
export const title = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

export function workloads(objects: readonly KubernetesObject[]): Workload[] {
  return objects
    .filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet", "Job"].includes(kind))
    .map((object) => {
      const { template } = read(schemas.workload, object).spec;
      return {
        kind: object.kind,
        name: object.metadata.name,
        labels: template.metadata.labels,
        pod: template.spec,
      };
    });
}

export function services(objects: readonly KubernetesObject[]): Service[] {
  return ofKind(objects, "Service").map((object) => {
    const { clusterIP, ...spec } = read(schemas.service, object).spec;
    return { name: object.metadata.name, headless: clusterIP === "None", ...spec };
  });
}

export function networkPolicies(objects: readonly KubernetesObject[]): NetworkPolicy[] {
  return ofKind(objects, "NetworkPolicy").map((object) => ({
    name: object.metadata.name,
    ...read(schemas.policy, object).spec,
  }));
}

/** The values of a ConfigMap by key. */
export function configMap(
  objects: readonly KubernetesObject[],
  name: string,
): Record<string, string> | undefined {
  const found = ofKind(objects, "ConfigMap").find(({ metadata }) => metadata.name === name);
  return found && read(schemas.data, found).data;
}

/** The values of a Secret by key. */
export function secret(
  objects: readonly KubernetesObject[],
  name: string,
): Record<string, string> | undefined {
  const found = ofKind(objects, "Secret").find(({ metadata }) => metadata.name === name);
  if (!found) return undefined;
  const entries = Object.entries(read(schemas.data, found).data);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}

export const ofKind = (objects: readonly KubernetesObject[], kind: string): KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);

function read<T extends z.ZodType>(schema: T, object: KubernetesObject): z.output<T> {
  const result = schema.safeParse(object);
  if (result.success) return result.data;
  throw new Error(
    `${title(object)} has a shape that the checks do not know: ${z.prettifyError(result.error)}`,
  );
}
