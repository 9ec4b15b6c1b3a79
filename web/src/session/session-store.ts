import type { User } from "@ticketing/proto/auth/v1/user";
import { useSyncExternalStore } from "react";

/** Who uses this browser. `ended`: the session ran out, and the screen still shows what the person was doing. */
export type Session =
  | { readonly status: "unknown"; readonly user?: undefined }
  | { readonly status: "anonymous"; readonly user?: undefined }
  | { readonly status: "signed-in"; readonly user: User }
  | { readonly status: "ended"; readonly user: User };

let session: Session = { status: "unknown" };
const listeners = new Set<() => void>();

export const currentSession = (): Session => session;

/** Sets the session for every screen. Only `session.ts` calls this. */
export function setSession(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Who uses this browser, kept up to date, also when another tab changes it. */
export const useSession = (): Session => useSyncExternalStore(subscribe, currentSession);
