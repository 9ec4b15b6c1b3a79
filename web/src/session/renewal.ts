import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { isUnauthenticated } from "../api/reason.ts";
import { createTransport } from "../api/transport.ts";

/** Calls of the auth service. They are never repeated after a renewal. */
export const authClient = createClient(AuthService, createTransport());

/** When any tab of this browser last renewed the session, as milliseconds since 1970. */
const RENEWED = "session-renewed";

/**
 * Pauses before a renewal without an answer is repeated. They are short: the server accepts a used token for 30 seconds
 * and ends the session of one that is used later.
 */
const REPEAT_AFTER_MS = [500, 2_000];

let underway: Promise<boolean> | undefined;
const endListeners = new Set<() => void>();

/** Calls back when a session could not be renewed: it has ended. */
export function onSessionEnd(listener: () => void): void {
  endListeners.add(listener);
}

/**
 * Renews the session's cookies; false when there is no session (any more). All calls and all tabs share one renewal: a
 * tab that waited for another tab's renewal has the new cookies already. Rejects when the server cannot be reached.
 * `since`: when the refused call was sent. If the session was renewed after that, it is not renewed again.
 */
export function renewSession(since = Date.now()): Promise<boolean> {
  underway ??= exclusively(() => renew(since)).finally(() => {
    underway = undefined;
  });
  return underway;
}

async function renew(since: number): Promise<boolean> {
  if (Number(localStorage.getItem(RENEWED)) > since) return true;
  try {
    await refresh();
    localStorage.setItem(RENEWED, `${Date.now()}`);
    return true;
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    for (const listener of endListeners) listener();
    return false;
  }
}

async function refresh(): Promise<void> {
  for (const pause of REPEAT_AFTER_MS) {
    try {
      return void (await authClient.refreshSession({}));
    } catch (error) {
      if (isUnauthenticated(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  await authClient.refreshSession({});
}

/**
 * Lets one tab renew at a time. Browsers have locks in secure contexts only; elsewhere the server accepts a used token
 * for a while.
 */
function exclusively(task: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? navigator.locks.request(RENEWED, task) : task();
}

/**
 * Renews the session when a call was refused for want of one, and repeats the call once. The caller does not notice.
 */
export const renewingInterceptor: Interceptor = (next) => async (request) => {
  if (request.stream) return next(request);
  const sent = Date.now();
  try {
    return await next(request);
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unauthenticated || !(await renewSession(sent))) throw error;
    return next(request);
  }
};
