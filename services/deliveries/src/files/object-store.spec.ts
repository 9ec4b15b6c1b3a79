import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { openObjects } from "@ticketing/runtime/events/kept-objects";
import { silent } from "@ticketing/runtime/testing/service";
import { startNats } from "@ticketing/servers/nats";
import { startS3Double } from "../../testing/s3-double.ts";
import { openBrokerStore } from "./broker-store.ts";
import { openBucketStore } from "./bucket-store.ts";
import { MAX_FILE_BYTES } from "./check-content.ts";
import { createFileHandler } from "./file-server.ts";
import { fileName, type Grant, type ObjectStore, quarantineName } from "./object-store.ts";
import { createUrlSigner } from "./signed-url.ts";

/** A store, with what answers its URLs by the clock of this spec. */
interface Adapter {
  store: ObjectStore;
  close(): Promise<void>;
}

let now: Date;
const clock = () => now;

async function keptByBroker(): Promise<Adapter> {
  const folder = await mkdtemp(join(tmpdir(), "ticketing-files-"));
  const nats = await startNats({ dir: folder });
  const connection = await connectBroker({ natsUrl: nats.url, name: "spec" });
  const bytes = openBrokerStore({
    openObjects: (options) => openObjects(connection, options),
    ...{ replicas: 1, fileMaxAgeMs: 3_600_000, log: silent },
  });
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = createUrlSigner(base, [randomBytes(32)]);
  const handle = createFileHandler({
    store: bytes,
    signer,
    origin: "https://shop.example",
    clock,
    log: silent,
  });
  return {
    store: { ...bytes, urlOf: async (grant) => signer.urlOf(grant) },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connection.close();
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function keptInBucket(): Promise<Adapter> {
  const double = await startS3Double({ clock });
  const store = await openBucketStore({ bucket: double.bucket, clock, log: silent });
  return {
    store,
    async close() {
      store.close();
      await double.close();
    },
  };
}

describe.each([
  ["by the broker", keptByBroker],
  ["in a bucket", keptInBucket],
])("files that are kept %s", (_, open) => {
  let adapter: Adapter;
  let store: ObjectStore;
  beforeAll(async () => {
    now = new Date(Date.UTC(2030, 0, 1));
    adapter = await open();
    store = adapter.store;
  }, 60_000);
  afterAll(() => adapter?.close());
  beforeEach(() => {
    now = new Date(Date.UTC(2030, 0, 1));
  });

  const granted = (method: Grant["method"], name: string, bytes: number): Grant => ({
    ...{ method, name, bytes },
    expires: new Date(now.getTime() + 60_000),
  });
  const send = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;

  it("are what was stored, until they are removed", async () => {
    const name = fileName(randomUUID());
    expect(await store.get(name)).toBeUndefined();
    await store.remove(name);
    await store.put(name, Buffer.from("old"));
    const content = randomBytes(MAX_FILE_BYTES + 16);
    await store.put(name, content);
    expect((await store.get(name))?.equals(content)).toBe(true);
    await store.remove(name);
    expect(await store.get(name)).toBeUndefined();
  });

  it("are uploaded by their URL", async () => {
    const name = quarantineName(randomUUID());
    const url = await store.urlOf(granted("PUT", name, 6));
    expect(await send(url, { method: "PUT", body: "ticket", headers: { "content-type": "image/png" } })).toBe(
      200,
    );
    expect(String(await store.get(name))).toBe("ticket");
  });

  it("are fetched by their URL, as bytes to save, which no browser shows", async () => {
    const name = fileName(randomUUID());
    await store.put(name, Buffer.from("<script>"));
    const answer = await fetch(await store.urlOf(granted("GET", name, 8)));
    expect(await answer.text()).toBe("<script>");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...{ "content-type": "application/octet-stream", "content-disposition": "attachment" },
      "cache-control": "no-store",
    });
    await store.remove(name);
    expect(await send(await store.urlOf(granted("GET", name, 8)))).toBe(404);
  });

  const other = randomUUID();
  const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/;
  it.each<[string, (url: string) => string, string]>([
    ["more bytes", (url) => url, "ticket!"],
    ["fewer bytes", (url) => url, "ticke"],
    ["another name", (url) => url.replace(uuid, other), "ticket"],
    ["another place", (url) => url.replace("/quarantine/", "/files/"), "ticket"],
    ["no signature", (url) => url.replace(/\?.*/, ""), "ticket"],
    ["a changed signature", (url) => url.replace(/(signature=).{8}/i, "$1AAAAAAAA"), "ticket"],
    ["more time", (url) => url.replace(/expires=\d+/i, (found) => `${found}0`), "ticket"],
  ])("are not uploaded with %s", async (_what, change, body) => {
    const id = randomUUID();
    const url = await store.urlOf(granted("PUT", quarantineName(id), 6));
    const status = await send(change(url), { method: "PUT", body });
    expect([status, status >= 400 && status < 500]).toEqual([status, true]);
    for (const name of [quarantineName(id), fileName(id), quarantineName(other)])
      expect(await store.get(name)).toBeUndefined();
  });

  it("are not uploaded or fetched once the time is over", async () => {
    const name = quarantineName(randomUUID());
    const upload = granted("PUT", name, 6);
    const download = granted("GET", name, 6);
    const [put, get] = [await store.urlOf(upload), await store.urlOf(download)];
    now = upload.expires;
    expect(await send(put, { method: "PUT", body: "ticket" })).toBe(403);
    expect(await store.get(name)).toBeUndefined();
    await store.put(name, Buffer.from("ticket"));
    expect(await send(get)).toBe(403);
  });

  it("are not replaced, fetched or removed by a URL for something else", async () => {
    const name = quarantineName(randomUUID());
    await store.put(name, Buffer.from("ticket"));
    const get = await store.urlOf(granted("GET", name, 6));
    const put = await store.urlOf(granted("PUT", name, 6));
    for (const [url, method] of [
      [get, "PUT"],
      [get, "DELETE"],
      [put, "GET"],
      [put, "DELETE"],
    ] as const) {
      const status = await send(url, { method, body: method === "PUT" ? "stolen" : null });
      expect([method, status >= 400 && status < 500]).toEqual([method, true]);
    }
    expect(String(await store.get(name))).toBe("ticket");
  });
});
