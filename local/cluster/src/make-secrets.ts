import { parseArgs } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { makeSecrets } from "./secrets.ts";

/** `npm run k8s:secrets`: makes the Secrets of the local overlay, or with `--dir` a set of them to apply elsewhere. */
const { dir } = parseArgs({
  options: { dir: { type: "string", default: repositoryPath("k8s/overlays/local/secrets") } },
}).values;
await makeSecrets(dir);
console.log(`Secrets are in ${dir}; they are yours to keep.`);
