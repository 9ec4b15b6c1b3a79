import { addresses, readConfig, transportConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";
import { ingressFaults } from "./ingress-rules.ts";
import { addressSettings } from "./routed-services.ts";

const origin = z.url().transform((url) => new URL(url).origin);
const port = z.coerce.number().int().min(1).max(65_535);

/** What the process reads that drains a gateway. */
export const drainSchema = z.object({
  /** Envoy's admin endpoint, on loopback. */
  ADMIN_PORT: port.default(9901),
});

/** What the process reads that writes Envoy's configuration. */
export const schema = z.object({
  /** Of TLS_DIR Envoy reads `ca.crt`: set, services are called by TLS, and each has to show its own name. */
  ...transportConfig.shape,
  ...drainSchema.shape,
  /** Where the configuration is written for Envoy to read. */
  ENVOY_CONFIG_FILE: z.string().min(1),
  /** Plain http: the marketplace, or with TLS_TERMINATION=gateway nothing but where https is. */
  PORT: port.default(8080),
  /**
   * Who ends TLS: this gateway, at TLS_PORT; an HTTP proxy before it, one of TRUSTED_PROXIES; or nobody, for a mesh on
   * http. An https origin has to say which.
   */
  TLS_TERMINATION: z.enum(["gateway", "proxy", "none"]).default("none"),
  TLS_PORT: port.default(8443),
  /** The folder with the public certificate and its key, `tls.crt` and `tls.key`; both are read again when they are swapped. */
  PUBLIC_TLS_DIR: z.string().min(1).optional(),
  /** The port of `/ready` and `/live`, which probes of this gateway call. It serves nothing else. */
  READY_PORT: port.default(8081),
  /** The gateway's origin as browsers see it. */
  PUBLIC_URL: origin,
  /** The origin at which browsers upload and fetch files: of another host than PUBLIC_URL. Absent: nowhere. */
  FILES_URL: origin.optional(),
  /** Other origins whose pages may call, separated by commas; with tokens and never with cookies. */
  ALLOWED_ORIGINS: z
    .string()
    .default("")
    .transform((list) => list.split(",").flatMap((text) => (text.trim() ? [text.trim()] : [])))
    .pipe(z.array(origin)),
  /** Calls a second that one address may make, twice as many at once. */
  ADDRESS_RATE: z.coerce.number().int().min(1).default(300),
  /** Proxies before this gateway that add the address that they see to x-forwarded-for, and that are trusted in it. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /**
   * Whether each connection begins with the address of its client in the PROXY protocol, version 1 or 2, as a TCP load
   * balancer writes it. One that does not is closed; where it is off, one that does is not understood.
   */
  PROXY_PROTOCOL: z.enum(["on", "off"]).default("off"),
  /** Whether clients can read the public contracts (gRPC server reflection). */
  REFLECTION: z.enum(["on", "off"]).default("off"),
  /** Public ports of what it routes to. */
  ...addressSettings,
  WEB_ADDRESS: addresses,
});

/** Everything that the writer of the configuration reads from its environment. Refuses what does not fit together, too. */
export function config(env = process.env) {
  const settings = readConfig(schema, env);
  const faults = ingressFaults(settings);
  if (faults.length === 0) return settings;
  throw new Error(`the environment does not fit together:\n  ${faults.join("\n  ")}`);
}

/** Everything that the drain reads from its environment. */
export const drainConfig = (env = process.env) => readConfig(drainSchema, env);
