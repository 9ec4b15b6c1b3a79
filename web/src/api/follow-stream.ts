import { Code } from "@connectrpc/connect";
import { isUnauthenticated, reasonOf } from "./reason.ts";

/** The state of a stream. `ended`: its last message has come. `failed`: opening it again would not help. */
export type StreamState = "connecting" | "live" | "reconnecting" | "paused" | "ended" | "failed";

export interface StreamOptions<M> {
  /** Opens the stream; it ends when the signal aborts. */
  open: (signal: AbortSignal) => AsyncIterable<M>;
  onMessage: (message: M) => void;
  onState: (state: StreamState, error?: unknown) => void;
  /** Whether this is the last message of the stream. */
  isLast?: (message: M) => boolean;
  /** Renews the session; resolves with whether that worked. */
  renew: () => Promise<boolean>;
  /** A stream that is silent for so long is dead; the server's heartbeats come every 15 seconds. */
  silenceMs?: number;
  firstDelayMs?: number;
  longestDelayMs?: number;
  random?: () => number;
}

/** A stream that is reopened whenever it breaks. */
export interface FollowedStream {
  /** Closes it while the page is hidden. */
  pause(): void;
  /** Opens it again after a pause, or at once if it waits for its next attempt. */
  resume(): void;
  close(): void;
}

/** Refusals that a later attempt meets again. */
const FINAL = [Code.InvalidArgument, Code.NotFound, Code.PermissionDenied, Code.Unimplemented];

/**
 * Keeps a server stream open: opens it again, with growing and jittered delays, when it breaks, ends or falls silent.
 * A session that ran out is renewed first.
 */
export function followStream<M>(options: StreamOptions<M>): FollowedStream {
  const { silenceMs = 40_000, firstDelayMs = 500, longestDelayMs = 15_000, random = Math.random } = options;
  let attempt: AbortController | undefined;
  let wake = () => {};
  let paused = false;
  let closed = false;
  let failures = 0;

  /** Reads one opening of the stream to its end; says how it ended. */
  async function read(): Promise<"last" | "broken" | { refused: unknown }> {
    const mine = new AbortController();
    attempt = mine;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const supervise = () => {
      clearTimeout(timer);
      timer = setTimeout(() => mine.abort(), silenceMs);
    };
    supervise();
    try {
      for await (const message of options.open(mine.signal)) {
        if (mine.signal.aborted) return "broken";
        supervise();
        failures = 0;
        options.onState("live");
        options.onMessage(message);
        if (options.isLast?.(message)) return "last";
      }
      return "broken";
    } catch (error) {
      if (mine.signal.aborted) return "broken";
      if (isUnauthenticated(error)) {
        // An outage during the renewal is not a refusal.
        return (await options.renew().catch(() => true)) ? "broken" : { refused: error };
      }
      return FINAL.includes(reasonOf(error).code) ? { refused: error } : "broken";
    } finally {
      clearTimeout(timer);
      mine.abort();
    }
  }

  /** Waits for that long, or until `wake` is called. */
  const rest = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    options.onState("connecting");
    while (!closed) {
      const end = await read();
      if (closed) return;
      if (end === "last") return options.onState("ended");
      if (typeof end === "object") return options.onState("failed", end.refused);
      if (paused) {
        options.onState("paused");
        await rest();
        failures = 0;
      } else {
        options.onState("reconnecting");
        const delay = Math.min(firstDelayMs * 2 ** failures, longestDelayMs);
        failures += 1;
        await rest(delay * (0.5 + random() / 2));
      }
    }
  }

  void run();
  return {
    pause() {
      paused = true;
      attempt?.abort();
    },
    resume() {
      paused = false;
      wake();
    },
    close() {
      closed = true;
      attempt?.abort();
      wake();
    },
  };
}
