import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";

/** The name of the certificate among Envoy's secrets. */
const NAME = "public";
const transportSockets = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3";

/**
 * The content of the resource file that names the certificate in `folder`, `tls.crt` and `tls.key`. Envoy reads both
 * again when something is moved into the folder, as the kubelet does with the link to a Secret's newest content; open
 * connections go on.
 */
export function certificateResource(folder: string): string {
  const secret = {
    "@type": `${transportSockets}.Secret`,
    name: NAME,
    tls_certificate: {
      certificate_chain: { filename: join(folder, "tls.crt") },
      private_key: { filename: join(folder, "tls.key") },
      watched_directory: { path: folder },
    },
  };
  // JSON is YAML.
  return `${JSON.stringify({ resources: [secret] }, null, 2)}\n`;
}

/** Envoy's transport socket for TLS 1.2 and newer with the certificate that the resource file at `path` names. */
export function tlsSocket(path: string) {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": `${transportSockets}.DownstreamTlsContext`,
      common_tls_context: {
        tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
        alpn_protocols: ["h2", "http/1.1"],
        tls_certificate_sds_secret_configs: [
          { name: NAME, sds_config: { resource_api_version: "V3", path_config_source: { path } } },
        ],
      },
    },
  };
}

/**
 * Why a gateway cannot begin with the certificate in `folder` for these origins: a file that is missing or is not what it
 * is named after, a key of another certificate, a certificate of another host. What time mends, or a renewal, is no
 * reason. Sentences, and nothing of the key.
 */
export async function certificateFaults(folder: string, origins: readonly string[]): Promise<string[]> {
  const [cert, key] = await Promise.all(["tls.crt", "tls.key"].map((name) => read(join(folder, name))));
  const missing = [cert, key].flatMap((file) => (file instanceof Error ? [file.message] : []));
  if (missing.length > 0 || typeof cert !== "string" || typeof key !== "string") return missing;
  const certificate = parsed(() => new X509Certificate(cert));
  const privateKey = parsed(() => createPrivateKey(key));
  if (!certificate) return [`${join(folder, "tls.crt")} holds no certificate`];
  if (!privateKey) return [`${join(folder, "tls.key")} holds no key`];
  const faults: string[] = [];
  if (!certificate.checkPrivateKey(privateKey))
    faults.push(`the key in ${folder} is not that of the certificate`);
  for (const origin of origins) {
    const host = new URL(origin).hostname.replace(/^\[|\]$/g, "");
    if (!(isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
      faults.push(`the certificate in ${folder} is not for ${host} but for ${names(certificate)}`);
  }
  return faults;
}

const names = ({ subjectAltName, subject }: X509Certificate): string => subjectAltName ?? subject;

const read = (path: string): Promise<string | Error> =>
  readFile(path, "utf8").catch(
    ({ code }: NodeJS.ErrnoException) =>
      new Error(`${path} ${code === "ENOENT" ? "is missing" : `cannot be read (${code})`}`),
  );

/** What the text is read as; undefined if it is something else. What the parser says may hold parts of a key. */
function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
