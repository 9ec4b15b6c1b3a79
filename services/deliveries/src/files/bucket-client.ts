import { addAbortSignal, type Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Bucket } from "./bucket.ts";
import { MAX_FILE_BYTES } from "./check-content.ts";
import type { Grant, ObjectBytes } from "./object-store.ts";

/** An attempt without a connection, or without an answer, for so long has failed. */
const CONNECTION_MS = 2_000;
const ATTEMPT_MS = 4_000;
const ATTEMPTS = 3;
/** Of a call with all of its attempts, in which ten megabytes pass. */
const CALL_MS = 9_000;

/** No file is larger, nor is its ciphertext, which has a tag. */
const MAX_OBJECT_BYTES = MAX_FILE_BYTES + 1_024;

/** A bucket as Amazon's own client reaches it. */
export interface BucketClient extends ObjectBytes {
  /** Signed as of this time. */
  urlOf(grant: Grant, now: Date): Promise<string>;
  /** Removes what is there; whether the bucket only laid a marker over it, and keeps a version. */
  removeOrMark(name: string): Promise<"removed" | "marked">;
  close(): void;
}

/** Throws what the client does: errors with the names that the service gives them. */
export function openBucketClient(bucket: Bucket, attemptMs = ATTEMPT_MS): BucketClient {
  const client = new S3Client({
    ...{ endpoint: bucket.endpoint, region: bucket.region, forcePathStyle: bucket.pathStyle },
    credentials: { accessKeyId: bucket.accessKeyId, secretAccessKey: bucket.secretAccessKey },
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_MS,
      requestTimeout: attemptMs,
      throwOnRequestTimeout: true,
    },
    // Else the checksum of no content would be signed with each upload, and stores that are not Amazon's know none.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const at = (name: string) => ({ Bucket: bucket.name, Key: name });
  const within = () => ({ abortSignal: AbortSignal.timeout(CALL_MS) });

  const remove = (name: string) => client.send(new DeleteObjectCommand(at(name)), within());

  return {
    async put(name, content) {
      const command = new PutObjectCommand({ ...at(name), Body: content, ContentLength: content.length });
      await client.send(command, within());
    },
    async get(name) {
      const { abortSignal } = within();
      try {
        const { Body } = await client.send(new GetObjectCommand(at(name)), { abortSignal });
        return await contentOf(Body as Readable, abortSignal);
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async remove(name) {
      await remove(name);
    },
    removeOrMark: async (name) => ((await remove(name)).DeleteMarker ? "marked" : "removed"),
    urlOf({ method, name, bytes, expires }, signingDate) {
      const expiresIn = Math.ceil((expires.getTime() - signingDate.getTime()) / 1_000);
      const times = { signingDate, expiresIn };
      if (method === "PUT") {
        const command = new PutObjectCommand({ ...at(name), ContentLength: bytes });
        const signableHeaders = new Set(["host", "content-length"]);
        return getSignedUrl(client, command, { ...times, signableHeaders });
      }
      return getSignedUrl(client, new GetObjectCommand({ ...at(name), ...asDownload }), times);
    },
    close: () => client.destroy(),
  };
}

/** No browser shows it as a page, whatever the bucket knows of it. */
const asDownload = {
  ResponseContentType: "application/octet-stream",
  ResponseContentDisposition: "attachment",
  ResponseCacheControl: "no-store",
};

/** The status with which the service refused something; undefined for an error that is not its answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** Throws for more than is ever stored, and holds no more than that. */
async function contentOf(body: Readable, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, body)) {
    size += chunk.length;
    if (size > MAX_OBJECT_BYTES) throw new Error("an object is larger than any that is stored");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
