import { randomBytes, randomUUID, webcrypto } from "node:crypto";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createSealing } from "@ticketing/runtime/documents/sealed-text";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { newSecretKey, secretKeys } from "@ticketing/runtime/process/secret-keys";
import { silent } from "@ticketing/runtime/testing/service";
import { png } from "../../testing/files.ts";
import { checkFile } from "./check-file.ts";
import { createFileHandler } from "./file-server.ts";
import { createFiles } from "./files.ts";
import { fileName, type Grant, type ObjectBytes, quarantineName } from "./object-store.ts";
import { openFile, sealFile, unwrapKey } from "./sealed-file.ts";
import { createUrlSigner, type UrlSigner } from "./signed-url.ts";
import { takeUpload } from "./take-upload.ts";
import { createTurns, createTurnsByKey } from "./turns.ts";

const ORIGIN = "https://shop.example";
/** What the server of files may hold here, in bytes. */
const MAX_HELD = 100_000;
const PLACE = "delivery/o1/FILE";
const sealing = createSealing(secretKeys.parse(newSecretKey()));
const { signal: waits } = new AbortController();
const check = (bytes: Uint8Array) => checkFile(bytes, { verdictMs: 20_000, barcodesMs: 20_000 });

/** What is kept in this process. */
function memoryStore(): ObjectBytes & { objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    put: async (name, content) => void objects.set(name, Buffer.from(content)),
    get: async (name) => objects.get(name),
    remove: async (name) => void objects.delete(name),
  };
}

describe("a sealed file", () => {
  const { ciphertext, seal } = sealFile(sealing, png(), PLACE);

  it("is opened by its own key alone, in its own place", () => {
    expect(openFile(ciphertext, unwrapKey(sealing, seal, PLACE), PLACE)).toEqual(png());
    expect(() => unwrapKey(sealing, seal, "delivery/o2/FILE")).toThrow();
    expect(() => openFile(ciphertext, unwrapKey(sealing, seal, PLACE), "delivery/o2/FILE")).toThrow();
    const other = sealFile(sealing, png(), PLACE);
    expect(other.ciphertext).not.toEqual(ciphertext);
    expect(() => openFile(ciphertext, unwrapKey(sealing, other.seal, PLACE), PLACE)).toThrow();
  });

  it("is opened by a browser", async () => {
    const { key, iv } = unwrapKey(sealing, seal, PLACE);
    const imported = await webcrypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv, additionalData: Buffer.from(PLACE) };
    expect(Buffer.from(await webcrypto.subtle.decrypt(algorithm, imported, ciphertext))).toEqual(png());
  });
});

describe("a signed URL", () => {
  const now = new Date(Date.UTC(2030, 0, 1));
  const expires = new Date(now.getTime() + 60_000);
  const signer = createUrlSigner("https://files.example", [randomBytes(32)]);
  const name = fileName(randomUUID());
  const grant: Grant = { method: "GET", name, bytes: 0, expires };

  it("allows what was signed until its time is over", () => {
    const url = signer.urlOf(grant);
    expect(signer.grantOf("GET", url, now)).toEqual(grant);
    expect(signer.grantOf("GET", url, expires)).toBeUndefined();
  });

  it("allows nothing else, and none that another key signed", () => {
    const url = signer.urlOf(grant);
    const changed = [
      url.replace(name, fileName(randomUUID())),
      url.replace("bytes=0", "bytes=1"),
      url.replace(`${expires.getTime()}`, `${expires.getTime() + 1}`),
      url.replace(/signature=.*/, "signature="),
      url.replace(/signature=.*/, ""),
      url.replace(/signature=.{4}/, "signature=AAAA"),
      createUrlSigner("https://files.example", [randomBytes(32)]).urlOf(grant),
    ];
    for (const each of changed) expect([each, signer.grantOf("GET", each, now)]).toEqual([each, undefined]);
    for (const method of ["PUT", "DELETE", "POST", "HEAD"])
      expect(signer.grantOf(method, url, now)).toBeUndefined();
  });
});

describe("keys of URLs that are changed", () => {
  it("are good as long as they are among the keys", () => {
    const now = new Date();
    const [old, fresh] = [randomBytes(32), randomBytes(32)];
    const name = fileName(randomUUID());
    const url = createUrlSigner("https://files.example", [old]).urlOf({
      ...{ method: "GET", name, bytes: 1 },
      expires: new Date(now.getTime() + 1000),
    });
    expect(createUrlSigner("https://files.example", [fresh, old]).grantOf("GET", url, now)).toBeDefined();
    expect(createUrlSigner("https://files.example", [fresh]).grantOf("GET", url, now)).toBeUndefined();
  });
});

/** Work that goes on until it is ended, first come, first ended. */
function endlessWork() {
  const ends: (() => void)[] = [];
  const awaited: ((end: () => void) => void)[] = [];
  const counts = { running: 0, most: 0 };
  return {
    counts,
    async work() {
      counts.running++;
      counts.most = Math.max(counts.most, counts.running);
      await new Promise<void>((resolve) => {
        const give = awaited.shift();
        if (give) give(resolve);
        else ends.push(resolve);
      });
      counts.running--;
    },
    /** Ends one that has begun, or the next that begins. */
    async endOne() {
      const end = ends.shift() ?? (await new Promise<() => void>((resolve) => awaited.push(resolve)));
      end();
    },
  };
}

describe("turns", () => {
  it("are so many at a time; the others wait, up to a number, and a failure holds nobody up", async () => {
    const { work, endOne, counts } = endlessWork();
    const inTurn = createTurns({ atOnce: 2, waiting: 2 });
    const failing = () => work().then(() => Promise.reject(new Error("broken")));
    const calls = Array.from({ length: 5 }, () => inTurn(failing, waits).catch((error: unknown) => error));
    expect(reasonOf(await calls[4])).toBe("TOO_MANY_UPLOADS");
    for (let n = 0; n < 4; n++) await endOne();
    for (const each of await Promise.all(calls.slice(0, 4))) expect(String(each)).toContain("broken");
    expect(counts).toEqual({ running: 0, most: 2 });
    // Places are free again.
    const next = inTurn(failing, waits).catch(String);
    await endOne();
    expect(await next).toContain("broken");
  });

  it("are not for calls that nobody waits for any more, and their places are others'", async () => {
    const { work, endOne, counts } = endlessWork();
    const inTurn = createTurns({ atOnce: 1, waiting: 1 });
    const first = inTurn(work, waits);
    const left = new AbortController();
    const second = inTurn(work, left.signal).catch(String);
    left.abort(new Error("gone"));
    expect(await second).toContain("gone");
    expect(await inTurn(work, left.signal).catch(String)).toContain("gone");
    const third = inTurn(work, waits);
    for (let n = 0; n < 2; n++) await endOne();
    await Promise.all([first, third]);
    expect(counts).toEqual({ running: 0, most: 1 });
  });

  it("of one key are not another's", async () => {
    const { work, endOne, counts } = endlessWork();
    const inTurnOf = createTurnsByKey({ atOnce: 1, waiting: 1 });
    const calls = ["a", "a", "b"].map((key) => inTurnOf(key)(work, waits));
    expect(await inTurnOf("a")(work, waits).catch(reasonOf)).toBe("TOO_MANY_UPLOADS");
    expect(counts.most).toBe(2);
    for (let n = 0; n < 3; n++) await endOne();
    await Promise.all(calls);
  });
});

describe("files that are taken", () => {
  /** How a store with an upload of each of these sellers takes them; `look` looks at a file. */
  async function taking(sellers: string[], look: () => Promise<void>) {
    const store = memoryStore();
    let held = 0;
    let most = 0;
    const clock = () => new Date();
    const signer = createUrlSigner("https://files.example", [randomBytes(32)]);
    const files = createFiles({
      ...{ sealing, clock },
      store: {
        ...store,
        urlOf: async (grant) => signer.urlOf(grant),
        async get(name) {
          most = Math.max(most, ++held);
          return store.get(name);
        },
        async put(name, content) {
          held--;
          await store.put(name, content);
        },
      },
      async check() {
        await look();
        return { type: "image/png", barcodes: [] };
      },
    });
    const begin = async (sellerId: string) => {
      const orderId = randomUUID();
      const { uploadId, url } = await files.startUpload(png().length, orderId);
      const { name = "" } = signer.grantOf("PUT", url, clock()) ?? {};
      store.objects.set(name, png());
      const upload = { uploadId, ownerId: orderId, sellerId, place: PLACE };
      return { name, take: () => files.take(upload, waits) };
    };
    const uploads = await Promise.all(sellers.map(begin));
    return { uploads, objects: store.objects, mostHeld: () => most };
  }

  it("are held in memory only while it is their turn", async () => {
    const { work, endOne } = endlessWork();
    const { uploads, mostHeld } = await taking(["a", "b", "c", "d"], work);
    const takes = uploads.map(({ take }) => take());
    for (let n = 0; n < 4; n++) await endOne();
    await Promise.all(takes);
    expect(mostHeld()).toBe(1);
  });

  it.each<[string, string[], number[]]>([
    [
      "others of the same seller, so that other sellers come to their turn",
      ["a", "a", "a", "a", "a", "a", "b"],
      [5],
    ],
    ["others, but not for longer than their calls last", ["a", "b", "c", "d", "e"], [4]],
  ])("wait for %s", async (_, sellers, refused) => {
    const { work, endOne, counts } = endlessWork();
    const { uploads } = await taking(sellers, work);
    const takes = uploads.map(({ take }) => take().then(() => "taken", reasonOf));
    for (let n = 0; n < sellers.length; n++) void endOne();
    const answers = sellers.map((_seller, n) => (refused.includes(n) ? "TOO_MANY_UPLOADS" : "taken"));
    expect(await Promise.all(takes)).toEqual(answers);
    expect(counts.most).toBe(1);
  });

  it("stay in quarantine when they could not be looked at", async () => {
    const { uploads, objects } = await taking(["a"], () => Promise.reject(new Error("killed")));
    for (const { name, take } of uploads) {
      expect(await take().catch(reasonOf)).toBe("FILES_UNAVAILABLE");
      expect([...objects.keys()]).toEqual([name]);
    }
  });
});

describe("the server of files", () => {
  let server: Server;
  let signer: UrlSigner;
  let store: ReturnType<typeof memoryStore>;
  let now: Date;

  beforeAll(async () => {
    const current: ObjectBytes = {
      put: (...each) => store.put(...each),
      get: (name) => store.get(name),
      remove: (name) => store.remove(name),
    };
    server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    signer = createUrlSigner(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, [randomBytes(32)]);
    const handle = createFileHandler({
      store: current,
      signer,
      origin: ORIGIN,
      clock: () => now,
      log: silent,
      maxHeldBytes: MAX_HELD,
    });
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    store = memoryStore();
    now = new Date(Date.UTC(2030, 0, 1));
  });
  const inAMinute = () => new Date(now.getTime() + 60_000);
  const upload = (bytes: number, uploadId = randomUUID()): Grant => ({
    method: "PUT",
    name: quarantineName(uploadId),
    bytes,
    expires: inAMinute(),
  });

  it("takes an upload of the length that was signed, for the web app's pages alone", async () => {
    const grant = upload(png().length);
    const answer = await fetch(signer.urlOf(grant), { method: "PUT", body: png() });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(store.objects.get(grant.name)).toEqual(png());
  });

  it("takes nothing of another length, or without a signature, or too late", async () => {
    const grant = upload(10);
    const url = signer.urlOf(grant);
    const put = async (to: string, body: string) => (await fetch(to, { method: "PUT", body })).status;
    expect(await put(url, "x".repeat(11))).toBe(400);
    expect(await put(url, "x")).toBe(400);
    expect(await put(url.replace(/\?.*/, ""), "x".repeat(10))).toBe(403);
    now = inAMinute();
    expect(await put(url, "x".repeat(10))).toBe(403);
    expect(store.objects.size).toBe(0);
  });

  it("holds no more in memory than it may, and all of it again afterwards", async () => {
    const large = upload(MAX_HELD + 1);
    const put = (grant: Grant) =>
      fetch(signer.urlOf(grant), { method: "PUT", body: Buffer.alloc(grant.bytes) });
    const refused = await put(large);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    for (let n = 0; n < 3; n++) expect((await put(upload(MAX_HELD))).status).toBe(200);
    // Also of one that is given up.
    expect((await fetch(signer.urlOf(upload(MAX_HELD)), { method: "PUT", body: "x" })).status).toBe(400);
    expect((await put(upload(MAX_HELD))).status).toBe(200);
  });

  it("takes one upload of a name at a time, and another once it is over", async () => {
    const grant = upload(png().length);
    const put = async () => (await fetch(signer.urlOf(grant), { method: "PUT", body: png() })).status;
    const { put: putInMemory } = store;
    const stored = Promise.withResolvers<void>();
    let begun = 0;
    store.put = async (...each) => {
      begun++;
      await stored.promise;
      await putInMemory(...each);
    };
    const first = put();
    while (begun === 0) await setImmediate();
    let isAnswered = false;
    const second = put().finally(() => {
      isAnswered = true;
    });
    while (!isAnswered && begun < 2) await setImmediate();
    stored.resolve();
    expect([await first, await second, await put()]).toEqual([200, 409, 200]);
  });

  it("takes nothing that does not say how long it is", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(signer.urlOf(upload(10)), { method: "PUT" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on("error", reject);
      // Without a length it is sent in chunks.
      sent.write("x".repeat(5));
      sent.end("x".repeat(5));
    });
    expect(status).toBe(400);
    expect(store.objects.size).toBe(0);
  });

  it("gives a ciphertext as bytes to save, which no browser shows", async () => {
    const name = fileName(randomUUID());
    await store.put(name, Buffer.from("<script>alert(1)</script>"));
    const answer = await fetch(signer.urlOf({ method: "GET", name, bytes: 0, expires: inAMinute() }));
    expect(await answer.text()).toContain("script");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": expect.stringContaining("sandbox"),
    });
    const gone = signer.urlOf({
      method: "GET",
      name: fileName(randomUUID()),
      bytes: 0,
      expires: inAMinute(),
    });
    expect((await fetch(gone)).status).toBe(404);
  });
});

describe("an upload", () => {
  const uploadId = randomUUID();
  const name = quarantineName(uploadId);

  it("that is a ticket is stored as ciphertext, and stays in quarantine until it is delivered", async () => {
    const store = memoryStore();
    await store.put(name, png());
    const taking = await takeUpload({ store, sealing, check }, uploadId, PLACE);
    if (!("file" in taking)) throw new Error(JSON.stringify(taking));
    const { fileId, seal, type, barcodes } = taking.file;
    expect([type, barcodes]).toEqual(["image/png", []]);
    expect([...store.objects.keys()]).toEqual([name, fileName(fileId)]);
    const ciphertext = store.objects.get(fileName(fileId)) ?? Buffer.alloc(0);
    expect(ciphertext.includes("IHDR")).toBe(false);
    expect(openFile(ciphertext, unwrapKey(sealing, seal, PLACE), PLACE)).toEqual(png());
  });

  it("that is none is refused and deleted", async () => {
    const store = memoryStore();
    await store.put(name, Buffer.from("<script>"));
    const taking = await takeUpload({ store, sealing, check }, uploadId, PLACE);
    expect(taking).toEqual({ refused: expect.any(String) });
    expect(store.objects.size).toBe(0);
  });

  it("that never came is missing", async () => {
    expect(await takeUpload({ store: memoryStore(), sealing, check }, uploadId, PLACE)).toEqual({
      missing: true,
    });
  });

  it("is there again for a repeat when its ciphertext could not be stored", async () => {
    const store = memoryStore();
    await store.put(name, png());
    const broken = { ...store, put: async () => Promise.reject(new Error("full")) };
    await expect(takeUpload({ store: broken, sealing, check }, uploadId, PLACE)).rejects.toThrow("full");
    expect([...store.objects.keys()]).toEqual([name]);
  });
});
