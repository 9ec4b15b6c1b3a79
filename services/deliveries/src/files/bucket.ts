import { calls } from "@ticketing/runtime/process/config";
import { z } from "zod";

/** The variables that say which bucket of S3-compatible object storage files are kept in. */
export const bucketConfig = z.object({
  /** Its name, which can be a part of a host's. Absent: the broker keeps files. */
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      "must be 3 to 63 of a-z, 0-9 and -, neither first nor last a -",
    )
    .optional(),
  /** Of the service, without the bucket, such as `https://s3.eu-central-1.amazonaws.com`: processes call it, and browsers. */
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.replace(/\/$/, "") === URL.parse(url)?.origin, "must be an origin, without a path")
    .register(calls, {})
    .optional(),
  /** The region that requests are signed for. */
  S3_REGION: z.string().min(1).default("us-east-1"),
  /** `on`: the bucket is named in the path; `off`: in the host, as Amazon has it. */
  S3_PATH_STYLE: z.enum(["on", "off"]).default("off"),
  /** Who reads and writes the bucket. */
  S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
});

type BucketConfig = z.output<typeof bucketConfig>;

/** A bucket, and who reads and writes it. */
export interface Bucket {
  name: string;
  endpoint: string;
  region: string;
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}

/** The bucket that the configuration names; undefined where it names none. */
export function bucketOf(config: BucketConfig): Bucket | undefined {
  const { S3_BUCKET: name, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId } = config;
  const { S3_REGION: region, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!name || !endpoint || !accessKeyId || !secretAccessKey) return undefined;
  return { name, endpoint, region, accessKeyId, secretAccessKey, pathStyle: config.S3_PATH_STYLE === "on" };
}

/** Why the variables of a bucket do not fit together; each fault names its variable and no secret. */
export function bucketFaults(config: BucketConfig & { FILES_URL?: string | undefined }): string[] {
  if (!config.S3_BUCKET) return [];
  const needed = ["S3_ENDPOINT", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;
  const missing = needed
    .filter((name) => !config[name])
    .map((name) => `${name}: is missing, but S3_BUCKET is set`);
  const bucket = bucketOf(config);
  if (!bucket) return missing;
  const { origin } = bucketUrl(bucket);
  if (config.FILES_URL && new URL(config.FILES_URL).origin === origin) return [];
  return [`FILES_URL: must be ${origin}, where browsers find the bucket`];
}

/** The URL of the bucket itself, which ends with a slash. */
export function bucketUrl({
  name,
  endpoint,
  pathStyle,
}: Pick<Bucket, "name" | "endpoint" | "pathStyle">): URL {
  const url = new URL(endpoint);
  url.pathname = pathStyle ? `/${name}/` : "/";
  if (!pathStyle) url.hostname = `${name}.${url.hostname}`;
  return url;
}
