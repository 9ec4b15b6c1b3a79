import { seed } from "@ticketing/launcher/seed";
import { startTestMesh } from "../support/test-mesh.ts";
import { firstOperator, SECOND_OPERATOR_EMAIL } from "./operators.ts";
import { setSharedMesh } from "./shared-mesh.ts";

/** Starts the mesh of the run, with the web app and the demo data. */
export default async function globalSetup(): Promise<void> {
  const mesh = await startTestMesh(
    {
      OPERATOR_EMAILS: [firstOperator.email, SECOND_OPERATOR_EMAIL].join(),
      // Whoever sells a ticket for today has an hour, and is reminded a moment after the sale.
      DELIVERY_REMINDERS: "72h,24h,3595s",
    },
    { web: true },
  );
  await seed(mesh.addresses.gateway, mesh.dataDir, () => {});
  await setSharedMesh(mesh);
}
