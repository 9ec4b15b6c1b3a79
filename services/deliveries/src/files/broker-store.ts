import type { KeptObjects, KeptObjectsOptions } from "@ticketing/runtime/events/kept-objects";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { ObjectBytes } from "./object-store.ts";
import { once } from "./once.ts";

/** What was uploaded and nobody has delivered goes by itself. */
const UPLOAD_MAX_AGE_MS = 3_600_000;

/** What the broker keeps, and how much of it, in bytes; absent: what it has. */
export interface BrokerStoreOptions {
  openObjects: (options: KeptObjectsOptions) => Promise<KeptObjects>;
  replicas: number;
  uploadBytes?: number | undefined;
  fileBytes?: number | undefined;
  /** The age at which a delivered file goes. */
  fileMaxAgeMs: number;
  log: Pick<Logger, "warn">;
}

/**
 * Files in two streams of the broker: what is in quarantine, which goes by its age, and what was delivered. The streams
 * are made when they are first used: a broker that has no room for them, or does not allow them yet, keeps no service
 * from its other work.
 */
export function openBrokerStore(options: BrokerStoreOptions): ObjectBytes {
  const { openObjects, replicas, uploadBytes, fileBytes, fileMaxAgeMs, log } = options;
  const open = (stream: string, subject: string, rest: Partial<KeptObjectsOptions>) =>
    once(() => openObjects({ stream, subject, replicas, ...rest }));
  const uploads = open("DELIVERY_UPLOADS", "files.uploads", {
    maxBytes: uploadBytes,
    maxAgeMs: UPLOAD_MAX_AGE_MS,
  });
  const files = open("DELIVERY_FILES", "files.delivered", { maxBytes: fileBytes, maxAgeMs: fileMaxAgeMs });

  async function use<T>(name: string, act: (objects: KeptObjects) => Promise<T>): Promise<T> {
    try {
      return await act(await (name.startsWith("quarantine/") ? uploads : files)());
    } catch (err) {
      log.warn({ err }, "the broker did not keep or give a file");
      throw new DomainError("FILES_UNAVAILABLE", "files cannot be kept now");
    }
  }

  return {
    put: (name, content) => use(name, (objects) => objects.put(name, content)),
    get: (name) => use(name, (objects) => objects.get(name)),
    remove: (name) => use(name, (objects) => objects.remove(name)),
  };
}
