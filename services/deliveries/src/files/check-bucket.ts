import { newId } from "@ticketing/runtime/process/ids";
import { type Bucket, bucketUrl } from "./bucket.ts";
import { type BucketClient, statusOf } from "./bucket-client.ts";
import { fileName, quarantineName } from "./object-store.ts";

const ANSWER_MS = 4_000;
const PROBE = Buffer.from("probe");

/** A bucket that no ticket may be put into, with what is to be changed. */
export class UnfitBucket extends Error {
  constructor(why: string) {
    super(`S3_BUCKET ${why}`);
    this.name = "UnfitBucket";
  }
}

/** Answers that say nothing of what was asked: try again. */
const PASSING: readonly number[] = [408, 409, 429];

/**
 * Writes, reads and removes an object in each place of a bucket, and asks for it as somebody without a key does. Throws
 * UnfitBucket if they get an answer or we are refused, and anything else if there is no answer.
 */
export async function checkBucket(bucket: Bucket, bytes: BucketClient): Promise<void> {
  try {
    await probe(bucket, bytes);
  } catch (error) {
    const status = statusOf(error) ?? 500;
    if (status >= 500 || PASSING.includes(status)) throw error;
    throw new UnfitBucket(`refuses what deliveries ask of it: ${(error as Error).name}`);
  }
}

async function probe(bucket: Bucket, bytes: BucketClient): Promise<void> {
  const url = bucketUrl(bucket);
  if (await answers("GET", new URL("?list-type=2&max-keys=1", url)))
    throw new UnfitBucket("can be listed by anybody");
  for (const name of [quarantineName(newId()), fileName(newId())]) {
    await bytes.put(name, PROBE);
    const object = new URL(name, url);
    const isRead = await answers("GET", object);
    const isWritten = await answers("PUT", object);
    const kept = await bytes.get(name);
    const removal = await bytes.removeOrMark(name);
    if (isRead) throw new UnfitBucket("can be read by anybody");
    if (isWritten || !kept?.equals(PROBE)) throw new UnfitBucket("can be written by anybody");
    if (removal === "marked") throw new UnfitBucket("keeps what is removed: it has versions");
    if (await bytes.get(name)) throw new UnfitBucket("keeps what is removed");
  }
}

/** Whether somebody without a key gets what they ask for. Throws if nobody answers. */
async function answers(method: "GET" | "PUT", url: URL): Promise<boolean> {
  const body = method === "PUT" ? "written by anybody" : null;
  const {
    ok,
    status,
    body: answer,
  } = await fetch(url, { method, body, redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });
  await answer?.cancel();
  if (status >= 500) throw new Error(`the bucket answered ${status}`);
  return ok;
}
