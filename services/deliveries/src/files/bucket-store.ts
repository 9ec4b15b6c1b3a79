import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { Bucket } from "./bucket.ts";
import { type BucketClient, openBucketClient, statusOf } from "./bucket-client.ts";
import { checkBucket, UnfitBucket } from "./check-bucket.ts";
import type { ObjectStore } from "./object-store.ts";
import { once } from "./once.ts";

interface BucketStoreOptions {
  bucket: Bucket;
  clock: Clock;
  log: Pick<Logger, "warn">;
  client?: BucketClient;
}

/**
 * Files in a bucket of S3-compatible object storage, which answers its signed URLs itself. What nobody has delivered, and
 * what is old, goes by rules of the bucket. Throws UnfitBucket for one that no ticket may be put into. A bucket that does not
 * answer keeps no service from its other work: it is looked at before it is used.
 */
export async function openBucketStore(options: BucketStoreOptions): Promise<ObjectStore & { close(): void }> {
  const { bucket, clock, log, client = openBucketClient(bucket) } = options;
  const check = once(() => checkBucket(bucket, client));

  /** An error of the client names its request, which is signed: only what the service calls it is logged. */
  async function use<T>(act: () => Promise<T>): Promise<T> {
    try {
      await check();
      return await act();
    } catch (error) {
      log.warn(saidBy(error), "the bucket did not keep or give a file");
      throw new DomainError("FILES_UNAVAILABLE", "files cannot be kept now");
    }
  }

  await check().catch((error: unknown) => {
    if (error instanceof UnfitBucket) {
      client.close();
      throw error;
    }
    log.warn(saidBy(error), "the bucket does not answer; it is looked at again when it is used");
  });
  return {
    put: (name, content) => use(() => client.put(name, content)),
    get: (name) => use(() => client.get(name)),
    remove: (name) => use(() => client.remove(name)),
    // Whoever may have a file gets its URL even while the bucket does not answer: nothing is put into it by that.
    urlOf: (grant) => {
      const sign = () => client.urlOf(grant, clock());
      return grant.method === "GET" ? sign() : use(sign);
    },
    close: () => client.close(),
  };
}

const saidBy = (error: unknown) => ({
  error: error instanceof UnfitBucket ? error.message : (error as Error).name,
  status: statusOf(error),
});
