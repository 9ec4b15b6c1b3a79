import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createSecureContext, type SecureContext, type SecureContextOptions, type Server } from "node:tls";
import { type WatchOptions, watchFiles } from "./watched-file.ts";

const CERTIFICATE = "tls.crt";
const KEY = "tls.key";
const AUTHORITY = "ca.crt";

/** Older versions are not to be spoken any more (RFC 8996). */
const MIN_VERSION = "TLSv1.2";

/** The current contents of TLS_DIR: the certificate of this process, and the authorities that it trusts. */
export interface TransportSecurity {
  /**
   * For new connections to others: trusts the authorities in `ca.crt` and no others, as they are in the moment of the
   * connection.
   */
  readonly trust: SecureContext;
  /** The authorities as PEM, for clients that are not Node's. */
  authorities(): string;
  /** The path of `ca.crt`, for clients that read it at each new connection. */
  readonly authorityFile: string;
  /** What a TLS server of this process is created with. */
  serverOptions(): SecureContextOptions;
  /** Shows the newest certificate in each new connection to this server. Those that are open go on as they are. */
  keepRenewed(server: Server): void;
  /** Ends the watching of the files. */
  close(): void;
}

/**
 * Reads the files of TLS_DIR, and reads them again when they change; undefined without a folder. Rejects if one is
 * missing, if certificate and key do not belong together or the certificate has expired. What is broken later is
 * logged, and what was read before it stays.
 */
export async function openTransportSecurity(
  folder: string | undefined,
  log: WatchOptions["log"],
  pollMs?: number,
): Promise<TransportSecurity | undefined> {
  if (folder === undefined) return undefined;
  const paths = [CERTIFICATE, KEY, AUTHORITY].map((file) => join(folder, file));
  const files = await watchFiles(paths, parse, { log, pollMs }).catch((error: unknown) => {
    throw new Error(`TLS_DIR cannot be used: ${error instanceof Error ? error.message : error}`);
  });
  return {
    // Node takes the context of a connection from here when it opens one.
    trust: {
      get context() {
        return files.current().trust.context;
      },
    },
    authorities: () => files.current().authorities,
    authorityFile: join(folder, AUTHORITY),
    serverOptions: () => files.current().own,
    keepRenewed(server) {
      let shown: SecureContextOptions | undefined;
      // Before the server's own listener, which takes the certificate of the connection.
      server.prependListener("connection", () => {
        const { own } = files.current();
        if (own !== shown) server.setSecureContext(own);
        shown = own;
      });
    },
    close: files.close,
  };
}

function parse(certificate: string, key: string, authorities: string) {
  const own = one(CERTIFICATE, certificate);
  const found = authorities.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  // Without any, Node would trust the authorities of the machine.
  if (found.length === 0) throw new Error(`${AUTHORITY} holds no certificate`);
  for (const authority of found) one(AUTHORITY, authority);
  if (!own.checkPrivateKey(privateKey(key))) throw new Error(`${KEY} is not the key of ${CERTIFICATE}`);
  // One that is not valid yet will be: clocks differ, and nothing would read it again.
  if (Date.parse(own.validTo) < Date.now()) throw new Error(`${CERTIFICATE} expired on ${own.validTo}`);
  return {
    own: { cert: certificate, key, minVersion: MIN_VERSION } as const,
    authorities,
    trust: createSecureContext({ ca: found, minVersion: MIN_VERSION }),
  };
}

function one(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`${file} holds no certificate`);
  }
}

function privateKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    // What the library says may quote the text.
    throw new Error(`${KEY} holds no private key`);
  }
}
