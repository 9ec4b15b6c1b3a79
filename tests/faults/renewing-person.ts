import { randomUUID } from "node:crypto";
import { createClients, type Person } from "../support/clients.ts";

export interface RenewingPerson extends Person {
  /** Why a session could not be renewed. */
  readonly failures: unknown[];
  leave(): void;
}

/** A new person whose access token is renewed again and again, as a client does before it ends. */
export async function renewingPerson(
  gateway: string,
  displayName: string,
  everyMs: number,
): Promise<RenewingPerson> {
  const anonymous = createClients(gateway);
  const credentials = { email: `${randomUUID()}@example.com`, password: randomUUID() };
  await anonymous.auth.signUp({ ...credentials, displayName });
  let tokens = await anonymous.auth.issueToken({ grant: { case: "credentials", value: credentials } });
  const failures: unknown[] = [];
  const renew = async () => {
    const grant = { case: "refreshToken" as const, value: tokens.refreshToken };
    tokens = await anonymous.auth.issueToken({ grant });
  };
  const timer = setInterval(() => void renew().catch((error) => failures.push(error)), everyMs);
  return {
    ...createClients(gateway, () => tokens.accessToken),
    userId: tokens.user?.id ?? "",
    accessToken: tokens.accessToken,
    displayName,
    failures,
    leave: () => clearInterval(timer),
  };
}
