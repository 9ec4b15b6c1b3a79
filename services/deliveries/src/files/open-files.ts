import { hkdfSync } from "node:crypto";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { openObjects } from "@ticketing/runtime/events/kept-objects";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import type { HttpHandlers } from "@ticketing/runtime/serving/serve";
import { barcodeIds } from "../barcodes/barcode-ids.ts";
import type { Config } from "../config.ts";
import { openBrokerStore } from "./broker-store.ts";
import { bucketOf } from "./bucket.ts";
import { type CheckedFile, checkFile } from "./check-file.ts";
import { createFileHandler } from "./file-server.ts";
import { createFiles, type Files, noFiles } from "./files.ts";
import type { ObjectStore } from "./object-store.ts";
import { createUrlSigner } from "./signed-url.ts";

interface Means {
  /** How the broker is reached. */
  broker: Omit<Parameters<typeof connectBroker>[0], "name">;
  sealing: Sealing;
  clock: Clock;
  log: Pick<Logger, "warn">;
}

interface OpenedStore {
  store: ObjectStore;
  /** What answers its URLs, where that is this process. */
  handlers?: HttpHandlers;
  close: () => void | Promise<void>;
}

/** What deliveries do with files, kept as the configuration says: in a bucket, by the broker, or not at all. */
export async function openFiles(
  config: Config,
  means: Means,
): Promise<Pick<OpenedStore, "handlers" | "close"> & { files: Files }> {
  const { sealing, clock, log } = means;
  const opened = await openStore(config, means);
  if (!opened) return { files: noFiles, close: () => undefined };
  const idsOf = barcodeIds(config.CONTENT_KEYS);
  const check = async (bytes: Uint8Array): Promise<CheckedFile> => {
    const found = await checkFile(bytes).catch((err: unknown) => {
      log.warn({ err }, "a file could not be looked at");
      throw err;
    });
    return "refused" in found ? found : { ...found, barcodes: idsOf(found.barcodes) };
  };
  const { store, ...rest } = opened;
  return { ...rest, files: createFiles({ store, sealing, check, clock }) };
}

async function openStore(config: Config, means: Means): Promise<OpenedStore | undefined> {
  const bucket = bucketOf(config);
  if (!bucket) return config.FILES_URL ? openAtBroker(config, config.FILES_URL, means) : undefined;
  // Amazon's client takes memory and time to load, for nothing where the broker keeps files.
  const { openBucketStore } = await import("./bucket-store.ts");
  const store = await openBucketStore({ bucket, clock: means.clock, log: means.log });
  return { store, close: () => store.close() };
}

/** Files that the broker keeps, and what answers the signed URLs of them. */
async function openAtBroker(config: Config, filesUrl: string, means: Means): Promise<OpenedStore> {
  const { broker, clock, log } = means;
  const connection = await connectBroker({ ...broker, name: "deliveries files" });
  const bytes = openBrokerStore({
    openObjects: (options) => openObjects(connection, options),
    replicas: config.EVENT_REPLICAS,
    uploadBytes: config.UPLOADS_MAX_BYTES,
    fileBytes: config.FILES_MAX_BYTES,
    fileMaxAgeMs: config.FILE_MAX_AGE,
    log,
  });
  const signer = createUrlSigner(filesUrl, [...config.CONTENT_KEYS.values()].map(urlKey));
  const { origin } = new URL(config.PUBLIC_URL);
  const handler = createFileHandler({ store: bytes, signer, origin, clock, log });
  return {
    store: { ...bytes, urlOf: async (grant) => signer.urlOf(grant) },
    handlers: { "/quarantine/": handler, "/files/": handler },
    close: () => connection.drain(),
  };
}

/** The key of addresses that belongs to a key of contents: neither tells of the other. */
const urlKey = (key: Buffer): Buffer => Buffer.from(hkdfSync("sha256", key, "", "ticketing file URLs", 32));
