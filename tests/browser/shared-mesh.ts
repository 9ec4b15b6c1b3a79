import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { MeshAddresses, SignIn } from "@ticketing/launcher/mesh-file";
import { enter, type Person } from "../support/clients.ts";
import type { TestMesh } from "../support/test-mesh.ts";

/** Test files have globals of their own; the environment is what they share with the setup. */
const VARIABLE = "BROWSER_TEST_MESH";

let owned: TestMesh | undefined;
let control: Server | undefined;

/** Called once, by the setup of the run. */
export async function setSharedMesh(mesh: TestMesh): Promise<void> {
  owned = mesh;
  const server = createServer(async (request, response) => {
    const [, name = "", action] = request.url?.split("/") ?? [];
    await (action === "kill" ? mesh.process(name).kill() : mesh.process(name).start());
    response.end();
  });
  control = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  process.env[VARIABLE] = JSON.stringify({ addresses: mesh.addresses, control: `http://127.0.0.1:${port}` });
}

/** Called once, when the run ends. */
export async function endSharedMesh(): Promise<void> {
  control?.close();
  await owned?.close();
}

/** What a browser test needs of a mesh. */
export interface BrowserMesh {
  readonly addresses: MeshAddresses;
}

/** The mesh of the run, some of whose processes a test may kill if it starts them again. */
export interface SharedMesh extends BrowserMesh {
  kill(process: string): Promise<void>;
  /** Resolves when it serves. */
  start(process: string): Promise<void>;
}

/** The mesh of the run: locks last 15 minutes, the demo data is there. */
export function sharedMesh(): SharedMesh {
  const text = process.env[VARIABLE];
  if (!text) throw new Error("browser tests run with npm run test:web");
  const { addresses, control } = JSON.parse(text) as { addresses: MeshAddresses; control: string };
  const ask = async (name: string, action: "kill" | "start") => {
    const answer = await fetch(`${control}/${name}/${action}`, { method: "POST" });
    if (!answer.ok) throw new Error(`could not ${action} ${name}`);
  };
  return { addresses, kill: (name) => ask(name, "kill"), start: (name) => ask(name, "start") };
}

/** An account that a browser can sign in to, and clients that act for the same person. */
export async function newPerson(mesh: BrowserMesh, name: string): Promise<Person & { signIn: SignIn }> {
  const signIn = {
    // Letters of every script may stand in a name, and not in an address.
    email: `${name.toLowerCase().replace(/[^a-z]/g, "")}-${randomUUID()}@example.com`.replace(/^-/, ""),
    password: randomUUID(),
    displayName: name,
  };
  return { ...(await enter(mesh.addresses.gateway, signIn)), signIn };
}
