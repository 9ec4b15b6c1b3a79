import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { config } from "@ticketing/gateway/config";
import { writeConfiguration } from "@ticketing/gateway/write-configuration";
import { makeAuthority } from "@ticketing/servers/certificates";
import { validateEnvoy } from "@ticketing/servers/envoy";
import type { Configured } from "./configurations.ts";

/**
 * Resolves with Envoy's configuration when Envoy accepts what the gateway's pod writes, into `folder` here, and the
 * arguments of the pod; rejects with what it says otherwise.
 */
export async function validateGateway({ env, workload }: Configured, folder: string): Promise<string> {
  const { path, text } = await writeGateway(env, folder);
  const [, given, ...args] = workload.pod.initContainers.find(({ name }) => name === "envoy")?.args ?? [];
  if (given !== env.ENVOY_CONFIG_FILE) throw new Error(`Envoy reads ${given}, which nobody writes`);
  await validateEnvoy({ config: path, args });
  return text;
}

/**
 * Writes into `folder` what the gateway's pod with this environment writes, and returns the path and the text of Envoy's
 * configuration. The folders of certificates, which a cluster fills, are made here with such of an authority of its own.
 */
async function writeGateway(
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<{ path: string; text: string }> {
  const path = join(folder, "envoy.yaml");
  const here: Record<string, string> = { ENVOY_CONFIG_FILE: path };
  for (const name of ["TLS_DIR", "PUBLIC_TLS_DIR"]) {
    if (!env[name]) continue;
    here[name] = join(folder, name);
    const authority = makeAuthority();
    const origins = [env.PUBLIC_URL, env.FILES_URL].flatMap((url) => (url ? [new URL(url)] : []));
    const { cert, key } = authority.issue({ names: origins.map(({ hostname }) => hostname) });
    await mkdir(here[name], { recursive: true });
    for (const [file, text] of Object.entries({ "ca.crt": authority.cert, "tls.crt": cert, "tls.key": key }))
      await writeFile(join(here[name], file), text);
  }
  await writeConfiguration(config({ ...env, ...here }));
  return { path, text: await readFile(path, "utf8") };
}
