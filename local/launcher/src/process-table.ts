import { fileURLToPath } from "node:url";
import { databaseUri } from "@ticketing/servers/mongo";
import { brokerUrl } from "./broker-users.ts";
import type { KeyFiles } from "./keys.ts";
import type { ServiceName } from "./service-names.ts";

/** The configuration of all processes: addresses of the servers, keys, and the settings that people may tune. */
export interface MeshContext {
  readonly keys: KeyFiles;
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  readonly publicUrl: string;
  /** Where browsers upload and fetch files: at the gateway, or at the bucket that the settings name. */
  readonly filesUrl: string;
  readonly workerBuildId: string;
  readonly stripe: StripeAccess;
  /** LOCK_DURATION and the like, from the person who starts the mesh. */
  readonly settings: NodeJS.ProcessEnv;
}

/** Stripe, live or in its test mode, or the double with its own URL. */
export interface StripeAccess {
  readonly mode: "live" | "test";
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  /** What payouts has: a key of its own, and the secret of its own endpoint. */
  readonly payoutsKey: string;
  readonly connectWebhookSecret: string;
  readonly url?: string;
}

/** The ports of one replica of one service; a worker has no public one. */
export interface ServicePorts {
  readonly public?: number;
  readonly internal: number;
}

interface Row {
  readonly script: string;
  readonly database?: true;
  /** Whether each of its processes has a folder of its own (DATA_DIR). */
  readonly folder?: true;
  /** What this process alone is told. */
  readonly env?: (mesh: MeshContext, internal: (service: ServiceName) => string) => NodeJS.ProcessEnv;
  /** Settings that reach this process when they are set; its own config.ts has the defaults. */
  readonly settings?: readonly string[];
}

/** One row for each kind of process of ours. */
const table: Readonly<Record<ServiceName, Row>> = {
  auth: {
    script: "services/auth/src/main.ts",
    database: true,
    env: (mesh) => ({
      TOKEN_KEY_FILE: mesh.keys.tokenKeyFile,
      OPERATOR_EMAILS: "operator@example.com",
      // On one machine everybody signs up from the same address.
      SIGN_UP_LIMIT: "100000",
    }),
    settings: ["ACCESS_TOKEN_LIFETIME", "REFRESH_TOKEN_LIFETIME", "OPERATOR_EMAILS", "SIGN_UP_LIMIT"],
  },
  tickets: {
    script: "services/tickets/src/main.ts",
    database: true,
    // On one machine one seller lists what many would.
    env: (_, internal) => ({ EVENTS_ADDRESS: internal("events"), LISTING_LIMIT: "1000000" }),
    settings: [
      "FEES",
      "LISTING_LIMIT",
      "LOCK_DURATION",
      "RELOCK_WAIT",
      "LOCK_LIMIT",
      "LAPSE_LIMIT",
      "LAPSE_WINDOW",
      "LOCK_COOLDOWN",
    ],
  },
  orders: {
    script: "services/orders/src/main.ts",
    database: true,
    env: (_, internal) => ({ TICKETS_ADDRESS: internal("tickets") }),
    settings: ["FEES", "REFUND_WINDOW"],
  },
  payments: {
    script: "services/payments/src/main.ts",
    database: true,
    env: ({ stripe }, internal) => ({
      ORDERS_ADDRESS: internal("orders"),
      STRIPE_MODE: stripe.mode,
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      ...(stripe.url && { STRIPE_URL: stripe.url }),
    }),
    settings: ["FEES", "STRIPE_GRACE", "DECLINE_LIMIT", "DECLINE_WINDOW"],
  },
  catalog: {
    script: "services/catalog/src/main.ts",
    folder: true,
    env: ({ keys }) => ({ PAGE_TOKEN_KEYS: keys.pageTokenKeys }),
    settings: ["SNAPSHOT_EVERY"],
  },
  operations: {
    script: "services/operations/src/main.ts",
    database: true,
    env: (mesh) => ({
      TEMPORAL_UI_URL: `${mesh.temporalUiUrl}/namespaces/${mesh.settings.TEMPORAL_NAMESPACE || "default"}`,
    }),
  },
  events: { script: "services/events/src/main.ts", database: true },
  deliveries: {
    script: "services/deliveries/src/main.ts",
    database: true,
    env: ({ keys, filesUrl }, internal) => ({
      ORDERS_ADDRESS: internal("orders"),
      TICKETS_ADDRESS: internal("tickets"),
      CONTENT_KEYS: keys.contentKeys,
      FILES_URL: filesUrl,
    }),
    settings: [
      ...["DELIVERY_LEAD", "DELIVERY_LEAST_TIME", "DELIVERY_REMINDERS", "OVERDUE_EVERY"],
      ...["LISTED_FILE_LOOK", "FILE_MAX_AGE", "TICKET_ISSUER"],
      ...["S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_PATH_STYLE"],
      ...["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
    ],
  },
  payouts: {
    script: "services/payouts/src/main.ts",
    database: true,
    env: ({ stripe }, internal) => ({
      ORDERS_ADDRESS: internal("orders"),
      EVENTS_ADDRESS: internal("events"),
      STRIPE_MODE: stripe.mode,
      STRIPE_SECRET_KEY: stripe.payoutsKey,
      STRIPE_CONNECT_WEBHOOK_SECRET: stripe.connectWebhookSecret,
      ...(stripe.url && { STRIPE_URL: stripe.url }),
    }),
    settings: [
      ...["STRIPE_GRACE", "CLAIM_WINDOW", "EVENT_LENGTH", "RELEASE_RATE"],
      "UNFREEZE_SECOND_PERSON_LIMIT",
    ],
  },
  cases: {
    script: "services/cases/src/main.ts",
    database: true,
    env: (_, internal) => ({
      ORDERS_ADDRESS: internal("orders"),
      PAYMENTS_ADDRESS: internal("payments"),
      PAYOUTS_ADDRESS: internal("payouts"),
      DELIVERIES_ADDRESS: internal("deliveries"),
      // All processes here are of one release.
      PART_REFUNDS: "on",
      ACCEPT_LOSSES: "on",
    }),
    settings: ["CASE_SECOND_PERSON_LIMIT", "PART_REFUNDS", "ACCEPT_LOSSES"],
  },
  workflows: {
    script: "workflows/src/worker.ts",
    env: (mesh, internal) => ({
      TEMPORAL_ADDRESS: mesh.temporalAddress,
      WORKER_BUILD_ID: mesh.workerBuildId,
      TICKETS_ADDRESS: internal("tickets"),
      ORDERS_ADDRESS: internal("orders"),
      PAYMENTS_ADDRESS: internal("payments"),
      PAYOUTS_ADDRESS: internal("payouts"),
      DELIVERIES_ADDRESS: internal("deliveries"),
      CASES_ADDRESS: internal("cases"),
    }),
    settings: [
      ...["MAX_DECLINES", "EVENT_CANCELLATION_RATE", "EVIDENCE_MARGIN", "TEMPORAL_NAMESPACE"],
      ...["RECONCILE_EVERY", "RECONCILE_FULL_EVERY", "RECONCILE_WINDOW"],
      ...["RECONCILE_GRACE", "RECONCILE_OVERLAP", "RECONCILE_INTENT_AGE"],
    ],
  },
};

/** What a child inherits of the machine: nothing that could be a secret of somebody else's. */
const inherited = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "NODE_EXTRA_CA_CERTS"];
const commonSettings = [
  ...["LOG_LEVEL", "EVENT_MAX_AGE", "EVENT_MAX_BYTES"],
  ...["MAX_STREAMS_PER_CALLER", "MAX_STREAMS_PER_ADDRESS"],
  ...["OTEL_EXPORTER_OTLP_ENDPOINT", "NODE_OPTIONS"],
];

/** The environment of a process that is not one of the services. */
export function baseEnvironment(): NodeJS.ProcessEnv {
  return pick(process.env, inherited);
}

/** Absolute path of a file of the repository. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/**
 * The script and the whole environment of one replica of a service, which calls all replicas of others, and may keep
 * files in its folder.
 */
export function serviceProcess(
  service: ServiceName,
  mesh: MeshContext,
  own: ServicePorts & { folder: string },
  replicas: readonly Readonly<Record<ServiceName, ServicePorts>>[],
): { script: string; env: NodeJS.ProcessEnv } {
  const row = table[service];
  const internal = (callee: ServiceName) =>
    replicas.map((replica) => `127.0.0.1:${replica[callee].internal}`).join(",");
  const env: NodeJS.ProcessEnv = {
    ...baseEnvironment(),
    HOST: "127.0.0.1",
    ...(own.public !== undefined && { PORT: `${own.public}` }),
    INTERNAL_PORT: `${own.internal}`,
    ...(row.database && { MONGODB_URI: databaseUri(mesh.mongoUrl, service) }),
    ...(row.folder && { DATA_DIR: own.folder }),
    NATS_URL: brokerUrl(mesh.natsUrl, service, mesh.keys.brokerPasswords),
    JWKS_URL: `http://127.0.0.1:${replicas[0]?.auth.public}/.well-known/jwks.json`,
    SERVICE_KEY_FILE: mesh.keys.serviceKeyFile(service),
    SERVICE_KEYS_FILE: mesh.keys.serviceKeysFile,
    PUBLIC_URL: mesh.publicUrl,
    ...row.env?.(mesh, internal),
    ...pick(mesh.settings, [...commonSettings, ...(row.settings ?? [])]),
  };
  return { script: repositoryPath(row.script), env };
}

/** The script and the whole environment of the web server, which needs no key and no other process. */
export function webProcess(
  mesh: MeshContext,
  port: number,
  root: string,
): { script: string; env: NodeJS.ProcessEnv } {
  const env: NodeJS.ProcessEnv = {
    ...baseEnvironment(),
    HOST: "127.0.0.1",
    PORT: `${port}`,
    PUBLIC_URL: mesh.publicUrl,
    FILES_URL: mesh.filesUrl,
    WEB_ROOT: root,
    STRIPE_MODE: mesh.stripe.mode,
    ...(mesh.stripe.url && { STRIPE_URL: mesh.stripe.url }),
    ...pick(mesh.settings, commonSettings),
  };
  return { script: repositoryPath("web/server/main.ts"), env };
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
