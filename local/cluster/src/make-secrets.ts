import { parseArgs } from "node:util";
import { namedKeys } from "@ticketing/launcher/key-folder";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { config, rotationConfig } from "./config.ts";
import { rotateSecrets } from "./rotate-secrets.ts";
import { makeSecrets, SecretsRefused } from "./secrets.ts";

/**
 * `npm run k8s:secrets`: makes the Secrets of the local overlay, which are for the Stripe double, or with `--dir` a set
 * of them to apply elsewhere, with Stripe's keys from the environment. `--replace FILE` writes one value anew,
 * `--rotate NAME` takes the next step in the rotation of a key (`access-token`, a service's name, or `all`).
 */
const many = { type: "string", multiple: true, default: [] as string[] } as const;
const { dir, replace, rotate } = parseArgs({
  options: { dir: { type: "string" }, replace: many, rotate: many },
}).values;
const folder = dir ?? repositoryPath("k8s/overlays/local/secrets");
if (await make()) await roll();

/** Makes what is missing and replaces what is named; says so, and whether it could. */
async function make(): Promise<boolean> {
  try {
    namedKeys(rotate);
    const changes = replace.length > 0 || rotate.length > 0;
    await makeSecrets(folder, { replace, changes, ...(dir !== undefined && { stripe: config() }) });
    console.log(`Secrets are in ${folder}; they are yours to keep.`);
    for (const file of replace) console.log(`${file} is new; every other value is what it was.`);
    return true;
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
        "Keys that processes sign with are rotated instead, in three steps (docs/keys.md): --rotate all",
      ].join("\n"),
    );
    process.exitCode = 1;
    return false;
  }
}

async function roll(): Promise<void> {
  if (rotate.length === 0) return;
  const { lines, complete } = await rotateSecrets(folder, namedKeys(rotate), {
    accessTokenLifetimeMs: rotationConfig().ACCESS_TOKEN_LIFETIME,
    now: Date.now(),
  });
  console.log(lines.join("\n"));
  if (!complete) process.exitCode = 1;
}
