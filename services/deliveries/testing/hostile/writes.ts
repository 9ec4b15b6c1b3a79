import { writeFileSync } from "node:fs";

writeFileSync(`${import.meta.dirname}/written`, "x");
process.stdout.write(JSON.stringify({ type: "image/png" }));
