import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reapAll } from "@ticketing/servers/reaper";
import { createCast, lockSeconds } from "@ticketing/tests/support/people";
import { expiryStory, refundStory, saleStory } from "./demo-stories.ts";
import { startMesh } from "./mesh.ts";
import { readMeshFile } from "./mesh-file.ts";
import { readOptions } from "./options.ts";

/** The demo does not wait for longer locks; it shows their expiry on a second mesh with short ones. */
const patienceSeconds = 30;
const shortLock = "8s";

const { dataDir } = readOptions();
const running = await readMeshFile(dataDir);
const begun = Date.now();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => void reapAll().then(() => process.exit(130)));
}

try {
  if (running) {
    console.log(`The mesh at ${running.addresses.gateway}\n`);
    const cast = await createCast(running.addresses);
    await saleStory(cast);
    const seconds = await lockSeconds(cast);
    if (seconds <= patienceSeconds) await expiryStory(cast);
    else {
      console.log(
        `\nLocks last ${seconds / 60} minutes there. A second mesh with locks of ${shortLock} tells this part.`,
      );
      await withShortLocks(async (short) => expiryStory(await createCast(short)));
    }
    await refundStory(cast);
  } else {
    console.log(`No mesh runs in ${dataDir}; this is one of its own, with locks of ${shortLock}.\n`);
    await withShortLocks(async (addresses) => {
      const cast = await createCast(addresses);
      await saleStory(cast);
      await expiryStory(cast);
      await refundStory(cast);
    });
  }
  console.log(
    `\nThe end, after ${((Date.now() - begun) / 1000).toFixed(0)} s. Everything was checked as it was told.`,
  );
  process.exit(0);
} catch (error) {
  console.error(`\nThe story went wrong: ${error instanceof Error ? error.message : error}`);
  await reapAll();
  process.exit(1);
}

async function withShortLocks(
  tell: (addresses: { gateway: string; stripe: string }) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "ticketing-demo-"));
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("STRIPE_") && name !== "MONGODB_URI",
  );
  const env = { ...Object.fromEntries(own), LOCK_DURATION: shortLock };
  const mesh = await startMesh({ dataDir: directory, env });
  try {
    await tell(mesh.addresses);
  } finally {
    await mesh.close();
    await rm(directory, { recursive: true, force: true });
  }
}
