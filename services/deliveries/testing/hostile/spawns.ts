import { spawnSync } from "node:child_process";

spawnSync("true");
process.stdout.write(JSON.stringify({ type: "image/png" }));
