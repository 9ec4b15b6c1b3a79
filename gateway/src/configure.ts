import { writeFile } from "node:fs/promises";
import { config as readConfig } from "./config.ts";
import { standaloneConfig } from "./standalone-config.ts";

/** A command: writes Envoy's configuration and ends. A pod of the gateway begins with it. */
const config = readConfig();
await writeFile(config.ENVOY_CONFIG_FILE, await standaloneConfig(config));
console.log(`wrote ${config.ENVOY_CONFIG_FILE}`);
