import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { config } from "./config.ts";
import { certificateFaults, certificateResource } from "./public-certificate.ts";
import { certificateFileOf, standaloneConfig, trustFileOf } from "./standalone-config.ts";
import { trustYaml } from "./upstream-tls.ts";

/** Writes everything that Envoy is started with. Rejects if it could show no certificate to callers, and says why. */
export async function writeConfiguration(settings: ReturnType<typeof config>): Promise<void> {
  const { TLS_DIR, PUBLIC_TLS_DIR, PUBLIC_URL, FILES_URL, ENVOY_CONFIG_FILE } = settings;
  if (TLS_DIR !== undefined) {
    await access(join(TLS_DIR, "ca.crt"));
    await writeFile(trustFileOf(ENVOY_CONFIG_FILE), trustYaml(TLS_DIR));
  }
  if (PUBLIC_TLS_DIR !== undefined) {
    const faults = await certificateFaults(PUBLIC_TLS_DIR, [PUBLIC_URL, ...(FILES_URL ? [FILES_URL] : [])]);
    if (faults.length > 0) throw new Error(`PUBLIC_TLS_DIR cannot be used:\n  ${faults.join("\n  ")}`);
    await writeFile(certificateFileOf(ENVOY_CONFIG_FILE), certificateResource(PUBLIC_TLS_DIR));
  }
  await writeFile(ENVOY_CONFIG_FILE, await standaloneConfig(settings));
}
