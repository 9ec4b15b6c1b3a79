import { config as readConfig } from "./config.ts";
import { writeConfiguration } from "./write-configuration.ts";

/** A command: writes Envoy's configuration and ends. A pod of the gateway begins with it. */
const config = readConfig();
await writeConfiguration(config);
console.log(`wrote ${config.ENVOY_CONFIG_FILE}`);
