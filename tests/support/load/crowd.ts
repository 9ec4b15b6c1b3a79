import { join } from "node:path";
import type { Transport } from "@connectrpc/connect";
import { createAccessTokens } from "@ticketing/auth/access-token";
import { newId } from "@ticketing/runtime/process/ids";
import { silent } from "@ticketing/runtime/testing/service";
import { bearer, clientsOver, createClients, type Person } from "../clients.ts";
import type { TestMesh } from "../test-mesh.ts";

/**
 * People with sessions, as many as a load needs. Their tokens are signed here with the mesh's own key: hashing
 * hundreds of passwords would take longer than what is measured, and says nothing of it.
 */
export async function createCrowd(mesh: TestMesh, size: number): Promise<Person[]> {
  const keyFile = join(mesh.dataDir, "keys", "access-token.jwk.json");
  const tokens = await createAccessTokens({ keyFile, lifetimeMs: 3_600_000, log: silent });
  return Promise.all(
    Array.from({ length: size }, async (_, n) => {
      const user = { id: newId(), displayName: `Person ${n}`, roles: [] };
      const { token } = await tokens.issue(user, new Date());
      const clients = createClients(mesh.addresses.gateway, () => token);
      return { ...clients, userId: user.id, accessToken: token, displayName: user.displayName };
    }),
  );
}

/** The person's calls over another transport. */
export function over(
  person: Person,
  transport: (interceptor: ReturnType<typeof bearer>) => Transport,
): Person {
  return { ...person, ...clientsOver(transport(bearer(() => person.accessToken))) };
}
