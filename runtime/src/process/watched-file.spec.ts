import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type WatchedFiles, watchFile, watchFiles } from "./watched-file.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ticketing-watched-"));
});
afterAll(() => rm(directory, { recursive: true }));

const open: WatchedFiles<unknown>[] = [];
afterEach(() => {
  for (const file of open.splice(0)) file.close();
});

/** Nobody sees half of it, or nothing: a file that is written in place is empty for a moment. */
async function write(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

/** Watches as a process does, only more often. */
function watcher() {
  const lines: string[] = [];
  const note = (_: unknown, text?: string) => {
    lines.push(text ?? "");
  };
  const options = { log: { info: note, error: note }, pollMs: 10 };
  const keep = <T>(file: WatchedFiles<T>) => {
    open.push(file);
    return file;
  };
  return {
    lines,
    file: async <T>(path: string, parse: (content: string) => T | Promise<T>) =>
      keep(await watchFile(path, parse, options)),
    files: async <T>(paths: string[], parse: (...contents: string[]) => T | Promise<T>) =>
      keep(await watchFiles(paths, parse, options)),
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition(); await sleep(5))
    if (Date.now() > end) throw new Error("it never became so");
}

/** Long enough for many readings. */
const someReadings = () => sleep(120);

const number = (content: string): number => {
  const value = Number(content);
  if (content === "" || Number.isNaN(value)) throw new Error("no number");
  return value;
};

describe("a watched file", () => {
  it("says what it said first, until it changes", async () => {
    const path = join(directory, "number");
    await write(path, "1");
    const file = await watcher().file(path, async (content) => number(content));
    expect(file.current()).toBe(1);
    await write(path, "2");
    await until(() => file.current() === 2);
  });

  it("is parsed once for each content", async () => {
    const path = join(directory, "once");
    await write(path, "1");
    let parsed = 0;
    const file = await watcher().file(path, (content) => {
      parsed += 1;
      return number(content);
    });
    await someReadings();
    expect(parsed).toBe(1);
    await write(path, "2");
    await until(() => file.current() === 2);
    await someReadings();
    expect(parsed).toBe(2);
  });

  it("keeps the last good content while the file is broken, and logs it once", async () => {
    const path = join(directory, "broken");
    await write(path, "1");
    const watch = watcher();
    const file = await watch.file(path, number);
    await write(path, "half");
    await until(() => watch.lines.length > 0);
    await someReadings();
    expect(file.current()).toBe(1);
    expect(watch.lines).toEqual(["a file has bad content; what it said before stays"]);
    await write(path, "3");
    await until(() => file.current() === 3);
  });

  it("keeps the last good content while the file is gone, and logs it once", async () => {
    const path = join(directory, "gone");
    await write(path, "1");
    const watch = watcher();
    const file = await watch.file(path, number);
    await unlink(path);
    await until(() => watch.lines.length > 0);
    await someReadings();
    expect(file.current()).toBe(1);
    expect(watch.lines).toEqual(["a file cannot be read; its last content stays"]);
    await write(path, "2");
    await until(() => file.current() === 2);
  });

  it("must be good at the start", async () => {
    const path = join(directory, "bad-start");
    await write(path, "");
    await expect(watcher().file(path, number)).rejects.toThrow(`${path}: no number`);
    await expect(watcher().file(join(directory, "nowhere"), number)).rejects.toThrow("ENOENT");
  });

  it("is not read any more once it is closed", async () => {
    const path = join(directory, "closed");
    await write(path, "1");
    const file = await watcher().file(path, number);
    file.close();
    await write(path, "2");
    await someReadings();
    expect(file.current()).toBe(1);
  });
});

describe("the files of a Secret's volume", () => {
  /** As the kubelet lays it out: names are links through `..data`, which is swapped by a rename. */
  async function volume(name: string, contents: Readonly<Record<string, string>>) {
    const root = join(directory, name);
    await mkdir(root);
    let generation = 0;
    const write = async (next: Readonly<Record<string, string>>) => {
      generation += 1;
      await mkdir(join(root, `..${generation}`));
      for (const [file, content] of Object.entries(next))
        await writeFile(join(root, `..${generation}`, file), content);
      await symlink(`..${generation}`, join(root, "..data_tmp"));
      await rename(join(root, "..data_tmp"), join(root, "..data"));
      await rm(join(root, `..${generation - 1}`), { recursive: true, force: true });
    };
    await write(contents);
    for (const file of Object.keys(contents)) await symlink(join("..data", file), join(root, file));
    return { path: (file: string) => join(root, file), write };
  }

  it("are read anew when the volume is swapped, each time", async () => {
    const { path, write } = await volume("swapped", { key: "1" });
    const file = await watcher().file(path("key"), number);
    for (const next of [2, 3]) {
      await write({ key: String(next) });
      await until(() => file.current() === next);
    }
  });

  it("that belong together are never taken from two generations", async () => {
    const { path, write } = await volume("pair", { certificate: "1", key: "1" });
    const pair = (certificate: string, key: string) => {
      if (certificate !== key) throw new Error("not a pair");
      return key;
    };
    const files = await watcher().files([path("certificate"), path("key")], pair);
    for (let next = 2; next < 20; next += 1) await write({ certificate: `${next}`, key: `${next}` });
    await until(() => files.current() === "19");
  });
});
