import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryPath } from "./process-table.ts";

/** What `gateway/envoy.yaml` says of its address; a cluster leaves it so. */
const standard = {
  listener: "address: 0.0.0.0, port_value: 8080",
  origin: '"http://localhost:8080"',
  allowed: 'allow_origin_string_match: [{ exact: "http://localhost:8080" }]',
  addressRate: "max_tokens: 600, tokens_per_fill: 300,",
};

/**
 * Writes the gateway's configuration for this machine: on loopback, on the port and with the origin of this mesh.
 * Pages of the other origins may call it too, with tokens and never with cookies. `addressRate` is how many calls a
 * second one address may make, twice as many at once. Returns its path. Clusters and admin endpoint come with
 * `--config-yaml`.
 */
export async function writeGatewayConfig(
  dataDir: string,
  port: number,
  origin: string,
  { others = [], addressRate = 300 }: { others?: readonly string[]; addressRate?: number } = {},
): Promise<string> {
  const text = await readFile(repositoryPath("gateway/envoy.yaml"), "utf8");
  const missing = Object.values(standard).filter((part) => !text.includes(part));
  if (missing.length > 0) throw new Error(`gateway/envoy.yaml no longer has ${missing.join(" and ")}`);
  const allowed = JSON.stringify([origin, ...others].map((exact) => ({ exact })));
  const path = join(dataDir, "envoy.yaml");
  await mkdir(dataDir, { recursive: true });
  await writeFile(
    path,
    text
      .replace(standard.allowed, `allow_origin_string_match: ${allowed}`)
      .replace(standard.addressRate, `max_tokens: ${2 * addressRate}, tokens_per_fill: ${addressRate},`)
      .replaceAll(standard.listener, `address: 127.0.0.1, port_value: ${port}`)
      .replaceAll(standard.origin, JSON.stringify(origin)),
  );
  return path;
}
