import { createClient } from "@connectrpc/connect";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import type { User } from "@ticketing/proto/auth/v1/user";
import { queryClient } from "../api/query-client.ts";
import { isUnauthenticated } from "../api/reason.ts";
import { authClient, onSessionEnd } from "./renewal.ts";
import { currentSession, type Session, setSession } from "./session-store.ts";
import { transport } from "./transport.ts";

const tabs = new BroadcastChannel("session");
const account = createClient(AuthService, transport);

function become(next: Session): void {
  const before = currentSession();
  setSession(next);
  // The next person must not see what this one has read.
  if (before.status !== "unknown" && before.user?.id !== next.user?.id) void queryClient.resetQueries();
  // The same person signed in again: repeat the reads that were refused meanwhile.
  else if (before.status === "ended") void queryClient.invalidateQueries();
}

/** Sets the session in this tab and in every other one. */
function begin(user: User | undefined): void {
  become(user ? { status: "signed-in", user } : { status: "anonymous" });
  tabs.postMessage("changed");
}

tabs.onmessage = () => void loadSession();
onSessionEnd(() => {
  const { status, user } = currentSession();
  if (status === "signed-in") become({ status: "ended", user });
});

/** Asks the server who is signed in. During an outage the session stays as it was; at the start it is anonymous. */
export async function loadSession(): Promise<void> {
  try {
    const { user } = await account.getCurrentUser({});
    if (user) become({ status: "signed-in", user });
  } catch (error) {
    if (isUnauthenticated(error) || currentSession().status === "unknown") become({ status: "anonymous" });
  }
}

/** Signs in. Rejects with BAD_CREDENTIALS or TOO_MANY_ATTEMPTS. */
export async function signIn(credentials: { email: string; password: string }): Promise<void> {
  begin((await authClient.signIn(credentials)).user);
}

/** Creates an account and signs in to it. Rejects with EMAIL_TAKEN. */
export async function signUp(account: {
  email: string;
  password: string;
  displayName: string;
}): Promise<void> {
  begin((await authClient.signUp(account)).user);
}

/** Ends the session in this browser. */
export async function signOut(): Promise<void> {
  await authClient.signOut({});
  begin(undefined);
}

/** Continues as anonymous after a session has ended. */
export function leave(): void {
  begin(undefined);
}
