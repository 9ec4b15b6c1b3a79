import { readFileSync } from "node:fs";

readFileSync("/etc/hostname");
process.stdout.write(JSON.stringify({ type: "image/png" }));
