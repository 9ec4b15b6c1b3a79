import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Certificate } from "@ticketing/servers/certificates";

/**
 * A Secret of a certificate in `folder` as the kubelet mounts it: `tls.crt`, `tls.key` and `ca.crt` are links into
 * `..data`, which is a link to the newest content. `renew` swaps that link, so that all change at once.
 */
export async function mountSecret(folder: string, certificate: Certificate, authorities = "") {
  let version = 0;
  let current: string | undefined;

  async function renew({ cert, key }: Certificate, trusted: string): Promise<void> {
    const content = join(folder, `..version_${version++}`);
    await mkdir(content, { recursive: true });
    await writeFile(join(content, "tls.crt"), cert);
    await writeFile(join(content, "tls.key"), key);
    await writeFile(join(content, "ca.crt"), trusted);
    await symlink(basename(content), join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    if (current) await rm(current, { recursive: true });
    current = content;
  }

  await renew(certificate, authorities);
  for (const name of ["tls.crt", "tls.key", "ca.crt"]) await symlink(`..data/${name}`, join(folder, name));
  return { renew: (next: Certificate, trusted = authorities) => renew(next, trusted) };
}
