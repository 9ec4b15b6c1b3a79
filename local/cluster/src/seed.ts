import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seed } from "@ticketing/launcher/seed";
import { meshAddresses } from "./mesh-addresses.ts";

/** `npm run k8s:seed`: demo people and tickets through the gateway of a cluster. Again on the same day: nothing new. */
const { gateway } = meshAddresses();
const folder = await mkdtemp(join(tmpdir(), "ticketing-seed-"));
try {
  await seed(gateway, folder, (message) => console.log(message));
} finally {
  await rm(folder, { recursive: true, force: true });
}
