import { hkdfSync } from "node:crypto";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { SecretKeys } from "@ticketing/runtime/process/secret-keys";
import type { HttpHandlers } from "@ticketing/runtime/serving/serve";
import { barcodeIds } from "../barcodes/barcode-ids.ts";
import { type BrokerStoreOptions, openBrokerStore } from "./broker-store.ts";
import { type CheckedFile, checkFile } from "./check-file.ts";
import { createFileHandler } from "./file-server.ts";
import { createFiles, type Files } from "./files.ts";
import { createUrlSigner } from "./signed-url.ts";

interface FilesOptions extends BrokerStoreOptions {
  /** The origin at which browsers find files: the gateway's, but never the app's. */
  filesUrl: string;
  /** The origin of the app, whose pages may fetch them. */
  publicUrl: string;
  keys: SecretKeys;
  sealing: Sealing;
  clock: Clock;
}

/** Files that the broker keeps, and what answers the signed addresses of them. */
export function openFiles(options: FilesOptions): { files: Files; handlers: HttpHandlers } {
  const { filesUrl, publicUrl, keys, sealing, clock, log } = options;
  const store = openBrokerStore(options);
  const signer = createUrlSigner(filesUrl, [...keys.values()].map(urlKey));
  const idsOf = barcodeIds(keys);
  const check = async (bytes: Uint8Array): Promise<CheckedFile> => {
    const found = await checkFile(bytes).catch((err: unknown) => {
      log.warn({ err }, "a file could not be looked at");
      throw err;
    });
    return "refused" in found ? found : { ...found, barcodes: idsOf(found.barcodes) };
  };
  const files = createFiles({ store, signer, sealing, check, clock });
  const handler = createFileHandler({ store, signer, origin: new URL(publicUrl).origin, clock, log });
  return { files, handlers: { "/quarantine/": handler, "/files/": handler } };
}

/** The key of addresses that belongs to a key of contents: neither tells of the other. */
const urlKey = (key: Buffer): Buffer => Buffer.from(hkdfSync("sha256", key, "", "ticketing file URLs", 32));
