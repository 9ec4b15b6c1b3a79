import type { CommonConfig } from "../src/process/config.ts";
import { createLogger } from "../src/process/log.ts";

export const silent = createLogger("spec", "silent");

/** A configuration on free ports of the loopback interface. */
export const testConfig = (given: Partial<CommonConfig> = {}): CommonConfig => ({
  HOST: "127.0.0.1",
  PORT: 0,
  INTERNAL_PORT: 0,
  NATS_URL: "nats://unused",
  EVENT_REPLICAS: 1,
  EVENT_MAX_AGE: 30 * 86_400_000,
  LOG_LEVEL: "silent",
  SERVICE_KEY_FILE: "unused",
  SERVICE_KEYS_FILE: "unused",
  JWKS_URL: "http://127.0.0.1:9/.well-known/jwks.json",
  PUBLIC_URL: "http://localhost:8080",
  MAX_STREAMS_PER_CALLER: 100,
  MAX_STREAMS_PER_ADDRESS: 1_000,
  ...given,
});
