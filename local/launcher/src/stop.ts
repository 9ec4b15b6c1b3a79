import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, readMeshFile, removeMeshFile } from "./mesh-file.ts";
import { readOptions } from "./options.ts";

const { dataDir } = readOptions();
const mesh = await readMeshFile(dataDir);
const launcher = mesh?.processes.launcher;
if (!mesh || launcher === undefined) {
  await removeMeshFile(dataDir);
  console.log(`No mesh runs in ${dataDir}.`);
} else {
  process.kill(launcher, "SIGTERM");
  const deadline = Date.now() + 60_000;
  const left = () => Object.entries(mesh.processes).filter(([, pid]) => isAlive(pid));
  while (left().length > 0 && Date.now() < deadline) await sleep(100);
  if (left().length > 0) {
    console.error(
      `Still there after a minute: ${left()
        .map(([name, pid]) => `${name} ${pid}`)
        .join(", ")}`,
    );
    process.exitCode = 1;
  } else {
    console.log("Stopped; nothing runs any more.");
  }
}
