import { useSyncExternalStore } from "react";

/** Whether the page has a connection to the server. */
export type Connection = "online" | "offline" | "reconnecting";

const listeners = new Set<() => void>();
const reconnecting = new Set<symbol>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** Notes whether a stream is waiting to be reopened; `id` identifies the stream. */
export function noteReconnecting(id: symbol, waits: boolean): void {
  const before = reconnecting.size;
  if (waits) reconnecting.add(id);
  else reconnecting.delete(id);
  if (reconnecting.size !== before) tell();
}

function current(): Connection {
  if (!navigator.onLine) return "offline";
  return reconnecting.size > 0 ? "reconnecting" : "online";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** The connection, kept up to date. */
export const useConnection = (): Connection => useSyncExternalStore(subscribe, current);
