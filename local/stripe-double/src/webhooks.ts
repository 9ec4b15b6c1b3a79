import { createHmac } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Faults } from "./faults.ts";
import type { Event } from "./objects.ts";
import { matchesType } from "./read-operations.ts";
import type { State } from "./state.ts";

/** Who is told, and with what that is signed. */
export interface WebhookEndpoint {
  /** Where events go; without it they can only be listed. */
  url?: string;
  /** `whsec_…`, shared with the receiver. */
  secret: string;
}

export interface WebhookOptions extends WebhookEndpoint {
  /** Of what happens in connected accounts: an endpoint of its own, told of all types (docs.stripe.com/connect/webhooks). */
  connect?: WebhookEndpoint;
  /** The types that are sent; `*` for all. docs.stripe.com/api/webhook_endpoints/object, `enabled_events` */
  enabledEvents?: readonly string[];
  /** Milliseconds before the second attempt; doubles with each. */
  firstRetry?: number;
  longestRetry?: number;
  /** How long the receiver may take to answer. */
  timeout?: number;
}

export interface Delivery {
  attempts: number;
  lastStatus: string;
}

export interface Webhooks {
  /** Sends what was recorded since. */
  wake(): void;
  /** Lets held events go, in order of creation. */
  release(): void;
  /** Sends an event once more, as the dashboard's "Resend" does. */
  resend(event: Event): void;
  delivery(eventId: string): Delivery | undefined;
  close(): Promise<void>;
}

const PARALLEL = 8;
const REORDER_PATIENCE = 2000;

/** docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 over `t.payload`; a new one for each attempt. */
export function signature(payload: string, secret: string, seconds: number): string {
  const v1 = createHmac("sha256", secret).update(`${seconds}.${payload}`).digest("hex");
  return `t=${seconds},v1=${v1}`;
}

/**
 * Delivers events until they are answered with 2xx (docs.stripe.com/webhooks#retries). First attempts of one payment go out
 * in order of creation; a failed one is tried again later with growing pauses and does not hold up the others:
 * Stripe guarantees no order either (docs.stripe.com/webhooks#event-ordering).
 */
export function createWebhooks(state: State, faults: Faults, options: WebhookOptions): Webhooks {
  const { connect, firstRetry = 500, longestRetry = 15_000, timeout = 10_000 } = options;
  const { enabledEvents = ["*"] } = options;
  const endpointOf = ({ account }: Event): WebhookEndpoint | undefined => (account ? connect : options);
  const isEnabled = ({ account, type }: Event) =>
    account ? connect?.url !== undefined : enabledEvents.some((pattern) => matchesType(pattern, type));
  const held = new Map<string, Event>();
  const reordered = new Set<string>();
  const deliveries = new Map<string, Delivery>();
  const lanes = new Map<string, Event[]>();
  const timers = new Set<NodeJS.Timeout>();
  const stop = new AbortController();
  let free = PARALLEL;
  let known = 0;
  const waiting: (() => void)[] = [];
  const work = new Set<Promise<void>>();

  function enqueue(event: Event): void {
    const lane = laneOf(event);
    const queue = lanes.get(lane);
    if (queue) {
      queue.push(event);
      return;
    }
    const started = [event];
    lanes.set(lane, started);
    const run = drain(lane, started)
      .catch(() => {})
      .finally(() => work.delete(run));
    work.add(run);
  }

  async function drain(lane: string, queue: Event[]): Promise<void> {
    for (let event = queue.shift(); event && !stop.signal.aborted; event = queue.shift()) {
      if (faults.take("webhook_hold", event.type)) {
        held.set(event.id, event);
      } else if (!reordered.has(event.id) && faults.take("webhook_reorder", event.type)) {
        reordered.add(event.id);
        for (let waited = 0; queue.length === 0 && waited < REORDER_PATIENCE; waited += 20) await pause(20);
        queue.splice(1, 0, event);
      } else {
        await pause(faults.take("webhook_delay", event.type)?.milliseconds ?? 0);
        await attempt(event);
        if (faults.take("webhook_duplicate", event.type)) await attempt(event);
      }
    }
    // In the same step as the last look into the queue, so that nothing is left behind in it.
    lanes.delete(lane);
  }

  async function attempt(event: Event): Promise<void> {
    const { url, secret } = endpointOf(event) ?? {};
    if (!url || !secret) return;
    const earlier = deliveries.get(event.id)?.attempts ?? 0;
    const result = faults.take("webhook_fail", event.type)
      ? "failed by a fault"
      : await post(url, secret, event);
    deliveries.set(event.id, { attempts: earlier + 1, lastStatus: result });
    if (stop.signal.aborted) return;
    if (/^2\d\d$/.test(result)) {
      const current = state.events.get(event.id);
      if (current && current.pending_webhooks > 0) state.events.put({ ...current, pending_webhooks: 0 });
      state.commit();
      return;
    }
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        if (state.events.get(event.id)?.pending_webhooks !== 0) enqueue(event);
      },
      Math.min(firstRetry * 2 ** earlier, longestRetry),
    );
    timers.add(timer);
  }

  async function post(target: string, secret: string, event: Event): Promise<string> {
    while (free <= 0) await new Promise<void>((resolve) => waiting.push(resolve));
    free -= 1;
    const body = JSON.stringify(event, null, 2);
    try {
      const response = await fetch(target, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": signature(body, secret, Math.floor(Date.now() / 1000)),
          "stripe-double": "true",
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        },
        body,
        // docs.stripe.com/webhooks#retries: a redirect counts as a failure.
        redirect: "manual",
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timeout)]),
      });
      // Read to its end, the connection serves the next one too.
      await response.arrayBuffer();
      return String(response.status);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      free += 1;
      waiting.shift()?.();
    }
  }

  const pause = (milliseconds: number) => wait(milliseconds, undefined, { signal: stop.signal });

  return {
    wake: () => {
      const events = state.events.after(known);
      known += events.length;
      for (const event of events) {
        if (event.pending_webhooks === 0) continue;
        if (isEnabled(event)) enqueue(event);
        else state.events.put({ ...event, pending_webhooks: 0 });
      }
    },
    release: () => {
      for (const fault of faults.all()) if (fault.kind === "webhook_hold") faults.remove(fault.id);
      const events = [...held.values()];
      held.clear();
      for (const event of events) enqueue(event);
    },
    resend: enqueue,
    delivery: (eventId) =>
      held.has(eventId) ? { attempts: 0, lastStatus: "held" } : deliveries.get(eventId),
    close: async () => {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      while (waiting.length > 0) waiting.shift()?.();
      await Promise.allSettled(work);
    },
  };
}

/** Events of one payment follow each other. */
function laneOf({ data: { object } }: Event): string {
  return "payment_intent" in object ? object.payment_intent : object.id;
}
