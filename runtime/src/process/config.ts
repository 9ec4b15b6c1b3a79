import { z } from "zod";
import { transportFaults } from "./transport-rules.ts";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `15m`, `8s` or `500ms`, as milliseconds. */
export const duration = z.preprocess((value) => {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(typeof value === "number" ? `${value}ms` : String(value));
  return match ? Number(match[1]) * units[match[2] as keyof typeof units] : undefined;
}, z.number("must be a duration such as 15m, 8s or 500ms"));

/**
 * The variables whose values say whom a process calls, with what it calls when one is not set. The network policies
 * of a cluster are held against these.
 */
export const calls = z.registry<{ unset?: string }>();

const hostAndPort = z.string().regex(/^\S+:\d{1,5}$/, "must be host:port");

/** An address such as `127.0.0.1:9000`. */
export const address = hostAndPort.clone().register(calls, {});

/** The addresses of a service's replicas, separated by commas; one name may resolve to many. */
export const addresses = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(hostAndPort).min(1))
  .register(calls, {});

const port = z.coerce.number().int().min(0).max(65_535);

/** The variables of every process that serves or calls other processes of the mesh. */
export const transportConfig = z.object({
  /**
   * A folder with `tls.crt`, `tls.key` and `ca.crt` in PEM, as cert-manager writes a Secret; read again when they
   * change. Set: the process serves by TLS alone, with this certificate, and trusts that authority, and no other, to
   * vouch for services, auth's keys, broker, databases and Temporal. Absent: plain text, as on one machine.
   */
  TLS_DIR: z.string().min(1).optional(),
});

/** The variables of every process that publishes or consumes events. */
export const eventsConfig = z.object({
  ...transportConfig.shape,
  /** `nats://host:port`, with `user:password@` where the broker asks for them; `tls://` with TLS_DIR. */
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).register(calls, {}),
  /** How many servers of the broker's cluster keep each event. */
  EVENT_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  /** The age at which an event is removed from its stream. Who reads later than that needs `npm run republish`. */
  EVENT_MAX_AGE: duration.default(30 * 86_400_000),
  /** What the stream that a process owns may take on a server's disk, in bytes; absent: what the broker has. */
  EVENT_MAX_BYTES: z.coerce.number().int().positive().optional(),
});

/** How the streams of a process with this configuration are kept. */
export const streamSettings = (config: z.output<typeof eventsConfig>) => ({
  replicas: config.EVENT_REPLICAS,
  maxAgeMs: config.EVENT_MAX_AGE,
  maxBytes: config.EVENT_MAX_BYTES,
});

/** What every process reads. */
export const processConfig = z.object({
  ...eventsConfig.shape,
  HOST: z.string().default("127.0.0.1"),
  /** gRPC between services, health and reflection. */
  INTERNAL_PORT: port,
  /**
   * Health alone (grpc.health.v1) in plain text, for probes that do not speak TLS, such as the kubelet's; absent: no
   * such port. The internal port answers for health in any case.
   */
  HEALTH_PORT: port.optional(),
  /** Where an OpenTelemetry collector takes metrics (OTLP over HTTP); absent: nothing is sent. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().register(calls, {}).optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** File with this process's own private Ed25519 key: a JWK, or a JWKS whose first key signs. */
  SERVICE_KEY_FILE: z.string().min(1),
  /** File with the JWKS of every service's public keys; `kid` is the service's name, or `<name>/<thumbprint>`. */
  SERVICE_KEYS_FILE: z.string().min(1),
});

/** What every service with a public API reads. */
export const commonConfig = z.object({
  ...processConfig.shape,
  /** The port that the gateway routes to. */
  PORT: port,
  /** Where auth serves its public keys; `https://` with TLS_DIR. */
  JWKS_URL: z.url().register(calls, {}),
  /** The gateway's origin as browsers see it. */
  PUBLIC_URL: z.url(),
  /** Live views that one user, or one address without a session, may have open at a process. */
  MAX_STREAMS_PER_CALLER: z.coerce.number().int().positive().default(100),
  /** Live views that one address may have open at a process, with and without sessions: many users may share one. */
  MAX_STREAMS_PER_ADDRESS: z.coerce.number().int().positive().default(1_000),
});

/** What every service with a database reads. */
export const databaseConfig = z.object({
  ...transportConfig.shape,
  /** Connection string with the service's own database name. TLS is switched on by TLS_DIR. */
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, "must be a mongodb:// URI")
    .register(calls, {}),
});

export type ProcessConfig = z.output<typeof processConfig>;
export type CommonConfig = z.output<typeof commonConfig>;

/** The configuration in an environment. Throws an error that names each bad variable and no value. */
export function readConfig<T extends z.ZodObject>(
  schema: T,
  env: NodeJS.ProcessEnv = process.env,
): z.output<T> {
  // An empty variable is one that is not set: `PORT=` must not read as port 0.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => {
      const name = issue.path.join(".");
      return `  ${name}: ${given[name] === undefined ? "is missing" : issue.message}`;
    });
    throw new Error(`the environment is incomplete:\n${lines.join("\n")}`);
  }
  const faults = transportFaults(result.data);
  if (faults.length > 0) throw new Error(`the environment does not fit together:\n  ${faults.join("\n  ")}`);
  return result.data;
}
