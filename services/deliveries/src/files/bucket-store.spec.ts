import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { type S3Double, startS3Double } from "../../testing/s3-double.ts";
import { type Bucket, bucketConfig, bucketFaults, bucketOf } from "./bucket.ts";
import { openBucketClient } from "./bucket-client.ts";
import { openBucketStore } from "./bucket-store.ts";
import { MAX_FILE_BYTES } from "./check-content.ts";
import { fileName, quarantineName } from "./object-store.ts";

let double: S3Double;
let lines: unknown[][];
const closing: (() => void)[] = [];
const log = { warn: (...line: unknown[]) => void lines.push(line) };
const name = fileName(randomUUID());

beforeEach(async () => {
  double = await startS3Double();
  lines = [];
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await double.close();
});

async function open(changes: Partial<Bucket> = {}) {
  const bucket = { ...double.bucket, ...changes };
  const store = await openBucketStore({
    ...{ bucket, log, clock: () => new Date() },
    client: openBucketClient(bucket, 200),
  });
  closing.push(store.close);
  return store;
}

describe("a bucket", () => {
  it.each<[string, Partial<Bucket>]>([
    ["is not there", { name: "others" }],
    ["knows another key", { accessKeyId: "AKIOTHER" }],
    ["knows another secret", { secretAccessKey: "another" }],
    ["is in another region", { region: "us-west-2" }],
  ])("that %s stops the start, and the reason names no secret", async (_, changes) => {
    const error = await open(changes).catch((thrown: Error) => thrown);
    expect(String(error)).toMatch(
      /S3_BUCKET refuses what deliveries ask of it: (NoSuch|Invalid|Signature)\w+/,
    );
    expect(String(error)).not.toContain(changes.secretAccessKey ?? double.bucket.secretAccessKey);
  });

  it.each([
    ["list", "S3_BUCKET can be listed by anybody"],
    ["read", "S3_BUCKET can be read by anybody"],
    ["write", "S3_BUCKET can be written by anybody"],
  ] as const)("that anybody can %s stops the start", async (act, reason) => {
    double.state.anybody = [act];
    await expect(open()).rejects.toThrow(reason);
    expect(double.objects.size).toBe(0);
  });

  it("that keeps versions of what is removed stops the start", async () => {
    double.state.hasVersions = true;
    await expect(open()).rejects.toThrow("S3_BUCKET keeps what is removed: it has versions");
  });

  it("that is looked at keeps nothing of it", async () => {
    await open();
    expect(double.objects.size).toBe(0);
  });

  it("that does not answer at the start is looked at before it gets a file", async () => {
    double.state.isDown = true;
    const store = await open();
    expect(await store.put(name, Buffer.from("ticket")).catch(reasonOf)).toBe("FILES_UNAVAILABLE");
    double.state.isDown = false;
    double.state.anybody = ["read"];
    expect(await store.put(name, Buffer.from("ticket")).catch(reasonOf)).toBe("FILES_UNAVAILABLE");
    expect(double.objects.size).toBe(0);
    double.state.anybody = [];
    await store.put(name, Buffer.from("ticket"));
    expect(String(double.objects.get(name))).toBe("ticket");
  });

  it("that answers at the second or third time has been asked once by its caller", async () => {
    const store = await open();
    double.state.faults = ["SlowDown", "silence"];
    await store.put(name, Buffer.from("ticket"));
    expect(String(await store.get(name))).toBe("ticket");
  });

  it("that does not answer is told as that, and nothing of the request is logged", async () => {
    const store = await open();
    double.state.isDown = true;
    const acts = [store.put(name, Buffer.from("ticket")), store.get(name), store.remove(name)];
    const reasons = await Promise.all(acts.map((act) => act.catch(reasonOf)));
    expect(reasons).toEqual(acts.map(() => "FILES_UNAVAILABLE"));
    expect(lines.length).toBe(3);
    for (const secret of [double.bucket.secretAccessKey, double.bucket.accessKeyId, "ignature", name])
      expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it("that took more than was allowed gives none of it", async () => {
    const store = await open();
    const upload = quarantineName(randomUUID());
    double.objects.set(upload, Buffer.alloc(MAX_FILE_BYTES * 2));
    expect(await store.get(upload).catch(reasonOf)).toBe("FILES_UNAVAILABLE");
  });
});

describe("the variables of a bucket", () => {
  const whole = {
    S3_BUCKET: "tickets",
    S3_ENDPOINT: "https://s3.eu-central-1.amazonaws.com",
    S3_REGION: "eu-central-1",
    S3_PATH_STYLE: "off",
    S3_ACCESS_KEY_ID: "AKI",
    S3_SECRET_ACCESS_KEY: "hidden",
    FILES_URL: "https://tickets.s3.eu-central-1.amazonaws.com",
  } as const;

  it("fit together, or none is set", () => {
    expect(bucketFaults(whole)).toEqual([]);
    expect(bucketFaults({ S3_REGION: "us-east-1", S3_PATH_STYLE: "off" })).toEqual([]);
  });

  it("name what is missing, and no secret", () => {
    expect(bucketFaults({ ...whole, S3_ACCESS_KEY_ID: undefined })).toEqual([
      "S3_ACCESS_KEY_ID: is missing, but S3_BUCKET is set",
    ]);
  });

  it.each([
    ["off", "https://tickets.s3.eu-central-1.amazonaws.com"],
    ["on", "https://s3.eu-central-1.amazonaws.com"],
  ] as const)(
    "lead browsers to where its URLs are, with S3_PATH_STYLE %s",
    async (S3_PATH_STYLE, FILES_URL) => {
      const config = { ...whole, S3_PATH_STYLE, FILES_URL };
      expect(bucketFaults(config)).toEqual([]);
      const client = openBucketClient(bucketOf(config) ?? double.bucket);
      closing.push(client.close);
      const now = new Date();
      const expires = new Date(now.getTime() + 60_000);
      expect(new URL(await client.urlOf({ method: "PUT", name, bytes: 1, expires }, now)).origin).toBe(
        FILES_URL,
      );
    },
  );

  it("name a service without a path, and a bucket that can be a part of a host", () => {
    const variables = bucketConfig.pick({ S3_BUCKET: true, S3_ENDPOINT: true });
    expect(variables.safeParse(whole).success).toBe(true);
    for (const wrong of [
      { S3_ENDPOINT: "https://storage.example.com/s3" },
      { S3_BUCKET: "our.tickets" },
      { S3_ENDPOINT: "none" },
    ])
      expect([wrong, variables.safeParse({ ...whole, ...wrong }).success]).toEqual([wrong, false]);
  });

  it("say where browsers find the bucket", () => {
    const pathStyle = { ...whole, S3_PATH_STYLE: "on" } as const;
    expect(bucketFaults(pathStyle)).toEqual([
      "FILES_URL: must be https://s3.eu-central-1.amazonaws.com, where browsers find the bucket",
    ]);
    expect(bucketFaults({ ...pathStyle, FILES_URL: "https://s3.eu-central-1.amazonaws.com" })).toEqual([]);
  });
});
