import { seed } from "@ticketing/launcher/seed";
import { startTestMesh } from "../support/test-mesh.ts";
import { setSharedMesh } from "./shared-mesh.ts";

/** Starts the mesh of the run, with the web app and the demo data. */
export default async function globalSetup(): Promise<void> {
  const mesh = await startTestMesh({}, { web: true });
  await seed(mesh.addresses.gateway, mesh.dataDir, () => {});
  await setSharedMesh(mesh);
}
