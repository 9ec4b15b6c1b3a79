import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "@ticketing/servers/certificates";

type File = "tls.crt" | "tls.key" | "ca.crt";

/** A folder as TLS_DIR names it, whose files are replaced while whoever watches them looks on. */
export async function makeTlsDir(own: Certificate, authorities: string) {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-tls-"));
  const drop = (file: File) => rm(join(folder, file));
  /** Other content for one file. */
  const replace = async (file: File, content: string) => {
    await writeFile(join(folder, "next"), content);
    await rename(join(folder, "next"), join(folder, file));
  };
  const renew = async (next: Certificate, trusted = authorities) => {
    await replace("ca.crt", trusted);
    await replace("tls.key", next.key);
    await replace("tls.crt", next.cert);
  };
  await renew(own);
  return { folder, drop, replace, renew, remove: () => rm(folder, { recursive: true, force: true }) };
}
