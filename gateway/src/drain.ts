import { setTimeout as sleep } from "node:timers/promises";

/**
 * Envoy's `--drain-time-s`. A client is asked to leave with its next answer; a silent one on HTTP/2 in the last third
 * of this time. If that is too short for `drain_timeout` (gateway/envoy.yaml), silent clients are not asked at all.
 */
export const DRAIN_SECONDS = 6;

/** For a gateway beside others, which take over. */
export const besideOthers = {
  /** All clients were asked to leave, and a load balancer that asks `/ready` every 3 seconds has seen it twice. */
  noticeMs: DRAIN_SECONDS * 1000,
  /** The longest request takes 20 seconds to arrive and 10 to be answered. Only live views last longer. */
  boundMs: 30_000,
} as const;

/** For the only gateway of a mesh that ends: what was asked is answered. */
export const alone = { noticeMs: 0, boundMs: 2_000 } as const;

export interface DrainOptions {
  /** URL of Envoy's admin endpoint. */
  readonly adminUrl: string;
  /** The drain takes at least so long, in milliseconds, for load balancers and silent clients to turn to others. */
  readonly noticeMs: number;
  /** The drain takes at most so long, in milliseconds. Who is still there then is cut off when Envoy ends. */
  readonly boundMs: number;
}

/** What a gateway still holds of its clients. */
export interface Held {
  readonly connections: number;
  readonly requests: number;
}

const NOTHING: Held = { connections: 0, requests: 0 };

/** Listeners of Envoy that no client uses; see standalone-config.ts. */
const NOT_FOR_CLIENTS = ["admin", "ready"];

/** How long to wait for an answer of Envoy's admin endpoint, and how often to ask. */
const ANSWER_MS = 2_000;
const EVERY_MS = 50;

/**
 * Takes a gateway out of service without failing a call. From now on Envoy reports that it is not ready, still serves
 * new requests, and asks each client to leave: HTTP/1.1 by `connection: close`, HTTP/2 by GOAWAY. Resolves when no
 * request is left or the time is over; then the caller ends Envoy. Draining twice does no harm.
 *
 * Returns what Envoy still holds: nothing if it has ended already, `undefined` if it never answered.
 */
export async function drainGateway({ adminUrl, noticeMs, boundMs }: DrainOptions): Promise<Held | undefined> {
  const begun = performance.now();
  const over = AbortSignal.timeout(boundMs);
  const inTime = () => AbortSignal.any([over, AbortSignal.timeout(ANSWER_MS)]);
  let asked = false;
  let held: Held | undefined;
  while (!over.aborted) {
    try {
      if (!asked) await askToLeave(adminUrl, inTime);
      asked = true;
      held = await heldBy(adminUrl, inTime());
      if (held.requests === 0 && performance.now() - begun >= noticeMs) break;
    } catch (error) {
      if (isRefused(error)) return NOTHING;
    }
    await sleep(EVERY_MS);
  }
  return held;
}

/** Fails the health of Envoy and has it drain the connections of all its listeners, which stay open. */
async function askToLeave(adminUrl: string, inTime: () => AbortSignal): Promise<void> {
  for (const path of ["/healthcheck/fail", "/drain_listeners?skip_exit"]) {
    const answer = await fetch(adminUrl + path, { method: "POST", signal: inTime() });
    if (!answer.ok) throw new Error(`Envoy answered ${path} with ${answer.status}`);
  }
}

async function heldBy(adminUrl: string, signal: AbortSignal): Promise<Held> {
  const filter = encodeURIComponent("^http\\..*\\.downstream_(cx|rq)_active$");
  const answer = await fetch(`${adminUrl}/stats?filter=${filter}`, { signal });
  const gauges = [...(await answer.text()).matchAll(/^http\.(.+)\.downstream_(cx|rq)_active: (\d+)$/gm)]
    .filter(([, listener = ""]) => !NOT_FOR_CLIENTS.includes(listener))
    .map(([, , what, count]) => ({ what, count: Number(count) }));
  if (gauges.length === 0) throw new Error("Envoy does not tell what it holds");
  const sum = (wanted: string) =>
    gauges.reduce((total, { what, count }) => (what === wanted ? total + count : total), 0);
  return { connections: sum("cx"), requests: sum("rq") };
}

/** Nobody listens there any more: the cause that `fetch` names. */
const isRefused = (error: unknown): boolean =>
  (error as { cause?: NodeJS.ErrnoException }).cause?.code === "ECONNREFUSED";
