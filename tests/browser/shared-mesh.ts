import { randomUUID } from "node:crypto";
import { enter, type Person } from "@ticketing/launcher/clients";
import type { MeshAddresses, SignIn } from "@ticketing/launcher/mesh-file";
import type { TestMesh } from "../test-mesh.ts";

/** Test files have globals of their own; the environment is what they share with the setup. */
const VARIABLE = "BROWSER_TEST_MESH";

let owned: TestMesh | undefined;

/** Called once, by the setup of the run. */
export function setSharedMesh(mesh: TestMesh): void {
  owned = mesh;
  process.env[VARIABLE] = JSON.stringify(mesh.addresses);
}

/** Called once, when the run ends. */
export async function endSharedMesh(): Promise<void> {
  await owned?.close();
}

/** What a browser test needs of a mesh. */
export interface BrowserMesh {
  readonly addresses: MeshAddresses;
}

/** The mesh of the run: locks last 15 minutes, the demo data is there. */
export function sharedMesh(): BrowserMesh {
  const addresses = process.env[VARIABLE];
  if (!addresses) throw new Error("browser tests run with npm run test:web");
  return { addresses: JSON.parse(addresses) };
}

/** An account that a browser can sign in to, and clients that act for the same person. */
export async function newPerson(mesh: BrowserMesh, name: string): Promise<Person & { signIn: SignIn }> {
  const signIn = {
    email: `${name.toLowerCase()}-${randomUUID()}@example.com`,
    password: randomUUID(),
    displayName: name,
  };
  return { ...(await enter(mesh.addresses.gateway, signIn)), signIn };
}
