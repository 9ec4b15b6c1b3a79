import { parseArgs } from "node:util";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { config } from "./config.ts";
import { makeSecrets, SecretsRefused } from "./secrets.ts";

/**
 * `npm run k8s:secrets`: makes the Secrets of the local overlay, which are for the Stripe double, or with `--dir` a set
 * of them to apply elsewhere, with Stripe's keys from the environment. `--replace FILE` writes one value anew.
 */
const { dir, replace } = parseArgs({
  options: { dir: { type: "string" }, replace: { type: "string", multiple: true, default: [] } },
}).values;
const folder = dir ?? repositoryPath("k8s/overlays/local/secrets");
try {
  await makeSecrets(folder, { replace, ...(dir !== undefined && { stripe: config() }) });
  console.log(`Secrets are in ${folder}; they are yours to keep.`);
  for (const file of replace) console.log(`${file} is new; every other value is what it was.`);
} catch (error) {
  const lines =
    error instanceof SecretsRefused ? error.faults : [error instanceof Error ? error.message : error];
  console.error(
    [
      `Nothing was written to ${folder}:`,
      ...lines.map((line) => `  ${line}`),
      "Stripe's keys come from the environment, those of its test mode with STRIPE_MODE=test. A value that is there stays;",
      "this replaces one of them, and may be said several times:",
      "  npm run k8s:secrets -- --dir DIR --replace payments.stripe-secret-key",
    ].join("\n"),
  );
  process.exitCode = 1;
}
