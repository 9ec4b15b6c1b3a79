import { useEffect, useEffectEvent, useState } from "react";
import { noteReconnecting } from "../api/connection.ts";
import { followStream, type StreamState } from "../api/follow-stream.ts";
import { renewSession } from "./renewal.ts";
import { useSession } from "./session-store.ts";

/**
 * How long a page may be hidden before its stream is closed. Browsers keep six connections to a server over HTTP/1.1
 * for all tabs together, and hidden tabs must not use them up.
 */
const HIDDEN_MS = 5_000;

/**
 * Follows a server stream while the component is mounted and the page is visible. The stream is reopened when `key`
 * changes, and closed while the page is hidden or after the session has ended. The shell shows that a stream is being
 * reopened. An undefined key follows nothing.
 */
export function useStream<M>(options: {
  key: string | undefined;
  open: (signal: AbortSignal) => AsyncIterable<M>;
  onMessage: (message: M) => void;
  /** Whether this is the last message of the stream. */
  isLast?: (message: M) => boolean;
}): { state: StreamState; error: unknown } {
  const [status, setStatus] = useState<{ state: StreamState; error: unknown }>({
    state: "connecting",
    error: undefined,
  });
  const open = useEffectEvent(options.open);
  const onMessage = useEffectEvent(options.onMessage);
  const isLast = useEffectEvent((message: M) => options.isLast?.(message) ?? false);
  const ended = useSession().status === "ended";
  const key = ended ? undefined : options.key;

  useEffect(() => {
    if (key === undefined) return;
    const id = Symbol(key);
    const stream = followStream<M>({
      open: (signal) => open(signal),
      onMessage: (message) => onMessage(message),
      isLast: (message) => isLast(message),
      renew: () => renewSession(),
      onState(state, error) {
        noteReconnecting(id, state === "reconnecting");
        setStatus((before) => (before.state === state && before.error === error ? before : { state, error }));
      },
    });
    let hiding: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(hiding);
      if (document.visibilityState === "visible") stream.resume();
      else hiding = setTimeout(() => stream.pause(), HIDDEN_MS);
    };
    const back = () => stream.resume();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("online", back);
    return () => {
      clearTimeout(hiding);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("online", back);
      noteReconnecting(id, false);
      stream.close();
    };
  }, [key]);
  return status;
}
