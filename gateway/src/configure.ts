import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { config as readConfig } from "./config.ts";
import { standaloneConfig, trustFileOf } from "./standalone-config.ts";
import { trustYaml } from "./upstream-tls.ts";

/** A command: writes Envoy's configuration and ends. A pod of the gateway begins with it. */
const config = readConfig();
if (config.TLS_DIR) {
  await access(join(config.TLS_DIR, "ca.crt"));
  await writeFile(trustFileOf(config.ENVOY_CONFIG_FILE), trustYaml(config.TLS_DIR));
}
await writeFile(config.ENVOY_CONFIG_FILE, await standaloneConfig(config));
console.log(`wrote ${config.ENVOY_CONFIG_FILE}`);
