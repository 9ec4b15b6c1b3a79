import { CLOCK_SKEW_S, SERVICE_TOKEN_LIFETIME_S } from "@ticketing/runtime/identity/service-tokens";
import { isPublished, type KeyName, newKey, publishServiceKeys, readRing, writeRing } from "./key-folder.ts";
import {
  addKey,
  type DueStep,
  dropKey,
  dueStep,
  type KeyRing,
  type Step,
  useKey,
  type Waits,
  waitingKey,
} from "./key-ring.ts";

export interface RotationOptions {
  /** Seconds until every process has read what was written here. */
  readonly spreadS: number;
  readonly accessTokenLifetimeMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What was done, if it was time for it, and what comes next. */
export interface Rotated {
  readonly name: KeyName;
  readonly done?: Step;
  readonly next: DueStep;
}

/**
 * Takes the step that is due in the rotation of one key, or none if it is too early. May be interrupted anywhere and
 * repeated: a key signs only after it was published, and is forgotten only after it was published no more.
 */
export async function rotateKey(folder: string, name: KeyName, options: RotationOptions): Promise<Rotated> {
  const now = Math.ceil(options.now / 1000);
  const waits = waitsOf(name, options);
  const ring = await readRing(folder, name);
  const due = (await isAdded(folder, name, ring)) ? dueStep(ring) : { step: "add" as const, from: 0 };
  if (due.from * 1000 > options.now) return { name, next: due };
  const next = await after(due.step, name, ring, now, waits);
  const publish = async (changed?: [KeyName, KeyRing]) => {
    if (name !== "access-token") await publishServiceKeys(folder, changed);
  };
  if (due.step === "drop") await publish([name, next]);
  await writeRing(folder, name, next);
  await publish();
  return { name, done: due.step, next: dueStep(next) };
}

async function after(step: Step, name: KeyName, ring: KeyRing, now: number, waits: Waits): Promise<KeyRing> {
  if (step === "use") return useKey(ring, now, waits);
  if (step === "drop") return dropKey(ring);
  return addKey(ring, waitingKey(ring) ?? (await newKey(name)), now, waits);
}

/** Whether a key that waits was published too; that of access tokens is, by auth, from the same file. */
async function isAdded(folder: string, name: KeyName, ring: KeyRing): Promise<boolean> {
  const waiting = waitingKey(ring);
  return !waiting || name === "access-token" || isPublished(folder, name, waiting);
}

function waitsOf(name: KeyName, { spreadS, accessTokenLifetimeMs }: RotationOptions): Waits {
  const lifetime = name === "access-token" ? accessTokenLifetimeMs / 1000 : SERVICE_TOKEN_LIFETIME_S;
  // The clock that dates a token may be ahead of the one that ends it, and of the one that is asked here.
  return { spread: spreadS, lifetime: Math.ceil(lifetime) + 2 * CLOCK_SKEW_S };
}
