import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { accessTokenLifetime } from "@ticketing/auth/access-token-lifetime";
import { readConfig } from "@ticketing/runtime/process/config";
import { z } from "zod";
import { describeRotation } from "./describe-rotation.ts";
import { type KeyName, namedKeys, serviceKeysFile } from "./key-folder.ts";
import { type Rotated, rotateKey } from "./key-rotation.ts";
import { readMeshFile } from "./mesh-file.ts";
import { readOptions } from "./options.ts";

/** Every process reads its files each 2 s, and verifiers of access tokens ask auth for its keys each 15 s. */
const SPREAD_S = 20;

/**
 * `npm run rotate-keys -- [--step] [NAME ...]`: replaces the keys of the mesh of `--data-dir` while it runs, those
 * named or all, and waits between the steps as long as it has to. With `--step` it takes the next step of each and
 * ends. It may be stopped at any time and run again.
 */
const given = process.argv.slice(2);
const once = given.includes("--step");
const { dataDir, words } = readOptions(given.filter((word) => word !== "--step"));
const folder = join(dataDir, "keys");
const mesh = await readMeshFile(dataDir);
const { ACCESS_TOKEN_LIFETIME: accessTokenLifetimeMs } = readConfig(
  z.object({ ACCESS_TOKEN_LIFETIME: accessTokenLifetime }),
  mesh ? { ACCESS_TOKEN_LIFETIME: mesh.settings.accessTokenLifetime } : process.env,
);

try {
  const names = namedKeys(words.length > 0 ? words : ["all"]);
  const made = await access(serviceKeysFile(folder)).then(
    () => true,
    () => false,
  );
  if (!made) throw new Error(`There are no keys in ${folder}; npm start makes them.`);
  await (once ? takeStep(names) : takeSteps(names));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The step of each that is due; one after the other, for they share a file. Gives those that have more to come. */
async function takeStep(names: readonly KeyName[]): Promise<Rotated[]> {
  const rotations: Rotated[] = [];
  for (const name of names) {
    const options = { spreadS: SPREAD_S, accessTokenLifetimeMs, now: Date.now() };
    const rotated = await rotateKey(folder, name, options);
    console.log(describeRotation(rotated));
    if (once && !rotated.done) process.exitCode = 1;
    if (rotated.done !== "drop") rotations.push(rotated);
  }
  return rotations;
}

/** All steps that are left of each rotation, or those of a new one. */
async function takeSteps(names: readonly KeyName[]): Promise<void> {
  let rotations = await takeStep(names);
  while (rotations.length > 0) {
    const first = Math.min(...rotations.map(({ next }) => next.from));
    await sleep(Math.max(first * 1000 - Date.now(), 0) + 10);
    const isDue = ({ next }: Rotated) => next.from * 1000 <= Date.now();
    const due = rotations.filter(isDue).map(({ name }) => name);
    rotations = [...rotations.filter(({ name }) => !due.includes(name)), ...(await takeStep(due))];
  }
}
