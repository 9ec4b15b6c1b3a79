import { z } from "zod";
import { certManagerSchemas } from "./cert-manager.ts";
import { type KubernetesObject, title } from "./objects.ts";
import { isFixed } from "./pods.ts";

/**
 * What we say in operators' resources. The operators' own schemas come with the operators; these hold our use of them:
 * a misspelt field, a user without a password, a container without limits.
 */
const quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ cpu: quantity, memory: quantity }),
});
const containerPatch = z.strictObject({
  name: z.string(),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  resources,
});
const claim = z.strictObject({
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    accessModes: z.tuple([z.literal("ReadWriteOnce")]),
    resources: z.strictObject({ requests: z.strictObject({ storage: quantity }) }),
  }),
});

const schemas: Readonly<Record<string, z.ZodType>> = {
  ...certManagerSchemas,
  "mongodbcommunity.mongodb.com/v1 MongoDBCommunity": z.strictObject({
    type: z.literal("ReplicaSet"),
    members: z.int().min(1),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    security: z.strictObject({
      authentication: z.strictObject({ modes: z.tuple([z.literal("SCRAM")]) }),
      roles: z.array(
        z
          .strictObject({
            role: z.string(),
            db: z.string(),
            privileges: z.array(
              z.strictObject({
                resource: z.strictObject({ db: z.string(), collection: z.string() }),
                actions: z.array(z.string()).min(1),
              }),
            ),
          })
          .refine(
            ({ db, privileges }) => privileges.every(({ resource }) => resource.db === db),
            "a role is for its own database alone",
          ),
      ),
      // mongodb-community-operator/api/v1/mongodbcommunity_types.go of the operator
      tls: z
        .strictObject({
          enabled: z.literal(true),
          certificateKeySecretRef: z.strictObject({ name: z.string() }),
          caCertificateSecretRef: z.strictObject({ name: z.string() }),
        })
        .optional(),
    }),
    users: z.array(
      z
        .strictObject({
          name: z.string(),
          db: z.string(),
          passwordSecretRef: z.strictObject({ name: z.string(), key: z.string() }),
          scramCredentialsSecretName: z.string(),
          roles: z
            .array(z.strictObject({ name: z.enum(["readWrite", "operations"]), db: z.string() }))
            .length(1),
        })
        .refine(
          ({ name, db, roles }) => name === db && roles[0]?.db === db,
          "a user has its own database alone",
        ),
    ),
    statefulSet: z.strictObject({
      spec: z.strictObject({
        volumeClaimTemplates: z.array(claim),
        template: z.strictObject({
          spec: z.strictObject({
            securityContext: z.strictObject({
              runAsNonRoot: z.literal(true),
              runAsUser: z.int().min(1),
              runAsGroup: z.int().min(1),
              fsGroup: z.int().min(1),
              seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
            }),
            topologySpreadConstraints: z.array(z.unknown()),
            initContainers: z.array(containerPatch),
            containers: z.array(containerPatch),
          }),
        }),
      }),
    }),
  }),
  "postgresql.cnpg.io/v1 Cluster": z.strictObject({
    instances: z.int().min(1),
    imageName: z.string().refine(isFixed, "can change under the same name"),
    bootstrap: z.strictObject({
      initdb: z.strictObject({
        database: z.string(),
        owner: z.string(),
        secret: z.strictObject({ name: z.string() }),
      }),
    }),
    storage: z.strictObject({ size: quantity }),
    resources,
    affinity: z.strictObject({ podAntiAffinityType: z.literal("preferred"), topologyKey: z.string() }),
    // https://cloudnative-pg.io/documentation/current/certificates/#user-provided-certificates-mode
    certificates: z.strictObject({ serverTLSSecret: z.string(), serverCASecret: z.string() }).optional(),
    postgresql: z.strictObject({
      pg_hba: z.array(z.string()).optional(),
      // A map of texts: https://cloudnative-pg.io/documentation/current/postgresql_conf
      parameters: z.strictObject({ max_connections: z.string().regex(/^\d+$/) }),
      synchronous: z
        .strictObject({
          method: z.literal("any"),
          number: z.literal(1),
          dataDurability: z.literal("required"),
        })
        .optional(),
    }),
  }),
  "monitoring.coreos.com/v1 PrometheusRule": z.strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        rules: z.array(
          z.strictObject({
            alert: z.string(),
            expr: z.string().includes('{namespace="ticketing"}'),
            for: z.string().regex(/^\d+[mh]$/),
            labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }),
            annotations: z.strictObject({ summary: z.string() }),
          }),
        ),
      }),
    ),
  }),
  "postgresql.cnpg.io/v1 Database": z.strictObject({
    name: z.string(),
    owner: z.string(),
    cluster: z.strictObject({ name: z.string() }),
  }),
};

const schemaOf = ({ apiVersion, kind }: KubernetesObject) => schemas[`${apiVersion} ${kind}`];

/** Whether an operator, and not Kubernetes, knows this object's schema. */
export const isCustom = (object: KubernetesObject): boolean => schemaOf(object) !== undefined;

/** Faults of a custom resource, one sentence each. */
export function customResourceFaults(object: KubernetesObject): string[] {
  const result = schemaOf(object)?.safeParse(object.spec);
  if (!result || result.success) return [];
  return result.error.issues.map((issue) => `${title(object)}: ${issue.path.join(".")}: ${issue.message}`);
}
