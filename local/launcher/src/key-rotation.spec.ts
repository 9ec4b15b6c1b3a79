import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readServiceKeys, readServiceSigner } from "@ticketing/runtime/identity/key-files";
import {
  keyFile,
  keyNames,
  newKey,
  publishServiceKeys,
  readRing,
  serviceKeysFile,
  writeRing,
} from "./key-folder.ts";
import { type RotationOptions, rotateKey } from "./key-rotation.ts";
import { ensureKeys } from "./keys.ts";
import { serviceNames } from "./service-names.ts";

const BEGUN = Date.UTC(2026, 0, 1);
let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rotation-"));
  await ensureKeys(folder);
  now = BEGUN;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (): RotationOptions => ({ spreadS: 20, accessTokenLifetimeMs: 900_000, now });
const rotate = (name: (typeof keyNames)[number] = "orders") => rotateKey(folder, name, options());
const later = (seconds: number) => {
  now += seconds * 1000;
};
const published = async () => [
  ...(await readServiceKeys(await readFile(serviceKeysFile(folder), "utf8"))).keys(),
];
const ofOrders = async () => (await published()).filter((kid) => kid.startsWith("orders"));
const signer = async () =>
  (await readServiceSigner(await readFile(keyFile(folder, "orders"), "utf8"), "orders")).kid;

describe("a step of a rotation", () => {
  it("is taken when it is due, and not before", async () => {
    expect(await rotate()).toMatchObject({ done: "add", next: { step: "use", from: BEGUN / 1000 + 20 } });
    later(19);
    expect(await rotate()).toEqual({ name: "orders", next: { step: "use", from: BEGUN / 1000 + 20 } });
    expect(await signer()).toBe("orders");
    later(1);
    // 20 s until every process signs with it, 60 s of the last token, and two clocks that are 5 s apart each.
    expect(await rotate()).toMatchObject({ done: "use", next: { step: "drop", from: now / 1000 + 90 } });
    expect(await ofOrders()).toHaveLength(2);
    later(89);
    expect(await rotate()).not.toHaveProperty("done");
    later(1);
    expect(await rotate()).toMatchObject({ done: "drop", next: { step: "add", from: 0 } });
    expect(await ofOrders()).toEqual([await signer()]);
  });

  it("of access tokens waits for as long as they live", async () => {
    await rotate("access-token");
    later(20);
    const { next } = await rotate("access-token");
    expect(next).toEqual({ step: "drop", from: now / 1000 + 20 + 900 + 10 });
  });

  it("changes no other key", async () => {
    const others = async () => (await published()).filter((kid) => !kid.startsWith("orders"));
    const before = await others();
    for (const wait of [0, 20, 90]) {
      later(wait);
      await rotate();
      expect(await others()).toEqual(before);
    }
  });

  it("leaves files that their owner alone can read, and no draft", async () => {
    const files = (await readdir(folder)).sort();
    for (const name of keyNames) await rotate(name);
    expect((await readdir(folder)).sort()).toEqual(files);
    for (const file of files) expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    expect(await readFile(serviceKeysFile(folder), "utf8")).not.toMatch(/"(d|nbf|exp)"/);
  });

  it("begins another rotation when one is complete", async () => {
    const signers = new Set<string>();
    for (let step = 0; step < 9; step++) {
      signers.add(await signer());
      expect(await rotate()).toHaveProperty("done");
      later(100);
    }
    expect(signers.size).toBe(4);
    expect(await ofOrders()).toHaveLength(1);
  });
});

describe("rotations at the same time", () => {
  it("publish what all of them have come to", async () => {
    for (const wait of [0, 20, 1_000]) {
      later(wait);
      await Promise.all([...keyNames, ...keyNames].map(rotate));
      const rings = await Promise.all(serviceNames.map((name) => readRing(folder, name)));
      const kids = rings.flatMap((ring) => ring.map(({ kid }) => kid));
      expect((await published()).sort()).toEqual(kids.sort());
    }
  });

  it("publish a key that came after its service's file was read", async () => {
    const [first] = serviceNames;
    const last = keyFile(folder, serviceNames.at(-1) as typeof first);
    const text = await readFile(last, "utf8");
    await rm(last);
    execFileSync("mkfifo", [last]);
    const publishing = publishServiceKeys(folder);
    // Who reads a FIFO waits for a writer, and this one for a reader: all other files have been read by then.
    const writer = await open(last, "w");
    const key = await newKey(first);
    await writeRing(folder, first, [key]);
    await writeFile(`${last}.whole`, text);
    await rename(`${last}.whole`, last);
    await writer.writeFile(text);
    await writer.close();
    await publishing;
    expect(await published()).toContain(key.kid);
  });
});

describe("a rotation that was interrupted", () => {
  /** Ends a step as it is about to write the public keys; gives back what was there. */
  async function interrupted(): Promise<void> {
    const text = await readFile(serviceKeysFile(folder), "utf8");
    await rm(serviceKeysFile(folder));
    await mkdir(join(serviceKeysFile(folder), "in-the-way"), { recursive: true });
    await expect(rotate()).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    await rm(serviceKeysFile(folder), { recursive: true });
    await writeFile(serviceKeysFile(folder), text);
  }

  it("amid the first step does not sign with what nobody knows", async () => {
    await interrupted();
    later(1_000);
    await ensureKeys(folder);
    expect(await rotate()).toMatchObject({ done: "add", next: { step: "use", from: now / 1000 + 20 } });
    expect(await ofOrders()).toHaveLength(2);
    later(20);
    expect(await rotate()).toMatchObject({ done: "use" });
    expect(await published()).toContain(await signer());
  });

  it("amid the last step forgets the old key when it is repeated", async () => {
    await rotate();
    later(20);
    await rotate();
    later(90);
    await interrupted();
    expect(await ofOrders()).toHaveLength(2);
    expect(await rotate()).toMatchObject({ done: "drop" });
    expect(await ofOrders()).toEqual([await signer()]);
  });

  it("between two steps goes on where it was, whatever started meanwhile", async () => {
    await rotate();
    const kids = await ofOrders();
    await ensureKeys(folder);
    expect(await ofOrders()).toEqual(kids);
    later(20);
    await rotate();
    await ensureKeys(folder);
    later(90);
    await rotate();
    await ensureKeys(folder);
    expect(await ofOrders()).toEqual([kids[1]]);
  });
});

describe("keys that are missing", () => {
  it("are published when they are made anew, though their id is the old one's", async () => {
    await rm(keyFile(folder, "orders"));
    const before = await readFile(serviceKeysFile(folder), "utf8");
    await ensureKeys(folder);
    expect(await ofOrders()).toEqual(["orders"]);
    expect(await readFile(serviceKeysFile(folder), "utf8")).not.toBe(before);
  });
});
