import { describeRotation } from "@ticketing/launcher/describe-rotation";
import type { KeyName } from "@ticketing/launcher/key-folder";
import { rotateKey } from "@ticketing/launcher/key-rotation";

/** Until kubelets have renewed the volumes of all pods, and caches of auth's keys have been fetched again. */
const SPREAD_S = 600;

/**
 * Takes the step of each key that is due in a set of Secrets, whose files are applied afterwards. One line for each,
 * and whether all were taken.
 */
export async function rotateSecrets(
  folder: string,
  names: readonly KeyName[],
  options: { accessTokenLifetimeMs: number; now: number },
): Promise<{ lines: string[]; complete: boolean }> {
  const rotations = [];
  for (const name of names) rotations.push(await rotateKey(folder, name, { spreadS: SPREAD_S, ...options }));
  const lines = rotations.map(describeRotation);
  if (rotations.some(({ done }) => done)) {
    lines.push(`Apply ${folder} now: these times count from now. Pods read what is applied by themselves.`);
  }
  return { lines, complete: rotations.every(({ done }) => done) };
}
