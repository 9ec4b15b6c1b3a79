import { readFile, writeFile } from "node:fs/promises";
import { repositoryPath } from "./process-table.ts";

const ORIGIN = "http://localhost:8080";
const LISTENER = "{ address: 0.0.0.0, port_value: 8080 }";

/** Writes `gateway/envoy.yaml` for this machine: on loopback, at the port and origin of this mesh. */
export async function writeGatewayConfig(file: string, port: number): Promise<string> {
  const text = await readFile(repositoryPath("gateway/envoy.yaml"), "utf8");
  if (!text.includes(ORIGIN) || !text.includes(LISTENER)) {
    throw new Error("gateway/envoy.yaml does not have the origin and the listener that a mesh replaces");
  }
  const local = text
    .replaceAll(ORIGIN, `http://localhost:${port}`)
    .replace(LISTENER, `{ address: 127.0.0.1, port_value: ${port} }`);
  await writeFile(file, local);
  return file;
}
