import { createClient } from "@connectrpc/connect";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import type { User } from "@ticketing/proto/auth/v1/user";
import { queryClient } from "../api/query-client.ts";
import { isUnauthenticated } from "../api/reason.ts";
import { forgetOthers, KEPT } from "../kept/forget.ts";
import { authClient, onSessionEnd } from "./renewal.ts";
import { currentSession, type Session, setSession } from "./session-store.ts";
import { transport } from "./transport.ts";

const tabs = new BroadcastChannel("session");
/** What the other tabs are told: to ask who is signed in, or that no ticket is kept any more. */
const CHANGED = "changed";
const FORGOTTEN = "forgotten";
const account = createClient(AuthService, transport);

/** Whether the server has said who uses this browser. */
let isTold = false;

/** Who uses this browser, by the server's word. */
function become(next: Session): void {
  const before = currentSession();
  isTold = true;
  keepOnlyOf(next);
  setSession(next);
  // The next person must not see what this one has read.
  if (before.status !== "unknown" && before.user?.id !== next.user?.id) void queryClient.resetQueries();
  // The same person signed in again: repeat the reads that were refused meanwhile.
  else if (before.status === "ended") void queryClient.invalidateQueries();
}

/** Tickets stay on this device for as long as who opened them is signed in, and nobody else. */
function keepOnlyOf({ status, user }: Session): void {
  // Where the browser keeps nothing, there is nothing to forget.
  forgetOthers(status === "signed-in" ? user.id : undefined).catch(() => {});
  // What is read from now on is read after that.
  if (status !== "signed-in") showForgotten();
}

/** Takes tickets that were forgotten off the screen. */
const showForgotten = (): void => void queryClient.resetQueries({ queryKey: [KEPT] });

/** Sets the session in this tab and in every other one. */
function begin(user: User | undefined): void {
  become(user ? { status: "signed-in", user } : { status: "anonymous" });
  tabs.postMessage(CHANGED);
}

tabs.onmessage = ({ data }) => {
  if (data === FORGOTTEN) showForgotten();
  else void loadSession();
};
onSessionEnd(() => {
  const { status, user } = currentSession();
  if (status === "signed-in") become({ status: "ended", user });
});

/**
 * Asks the server who is signed in. During an outage the session stays as it was; at the start it is anonymous until there
 * is a connection again.
 */
export async function loadSession(): Promise<void> {
  try {
    const { user } = await account.getCurrentUser({});
    if (user) become({ status: "signed-in", user });
  } catch (error) {
    if (isUnauthenticated(error)) become({ status: "anonymous" });
    else if (!isTold) {
      setSession({ status: "anonymous" });
      askAgain();
    }
  }
}

/** How long after a call without an answer the server is asked again who is signed in. */
const ASK_AGAIN_MS = 5_000;

/** The first calls of a connection that has come back may fail, too. */
function askAgain(): void {
  const ask = () => void loadSession();
  if (navigator.onLine) setTimeout(ask, ASK_AGAIN_MS);
  else window.addEventListener("online", ask, { once: true });
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

/** Ends the session in this browser. Its tickets are forgotten first, in every tab: that needs no connection. */
export async function signOut(): Promise<void> {
  await forgetOthers(undefined).catch(() => {});
  showForgotten();
  tabs.postMessage(FORGOTTEN);
  await authClient.signOut({});
  begin(undefined);
}

/** Continues as anonymous after a session has ended. */
export function leave(): void {
  begin(undefined);
}
