import { setTimeout as sleep } from "node:timers/promises";
import { Context, log } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { LifecycleClients } from "../clients.ts";
import { asking } from "../refusal.ts";
import type { Pace } from "./pace.ts";
import type { PageOutcome } from "./progress.ts";

/** Tickets of a page: its orders are asked for once more when the worker dies amid it, which changes nothing. */
const PAGE_SIZE = 100;
/** Calls that are under way at once, for each event. */
const AT_ONCE = 5;
/** So often an order without an answer is asked for in a pass. */
const MAX_TRIES = 5;
const HEARTBEAT_MS = 5_000;

export type EventCancellationActivities = ReturnType<typeof createEventCancellationActivities>;

/** What becomes of one order that is asked to end. */
type Outcome = "handled" | "waiting" | "unanswered" | "unknown";

/**
 * What the cancellation of an event does in the world. Each may be repeated. `pace` bounds the orders that this process
 * asks for, of all events, and so the refunds that it causes at Stripe. `retryMs` is the pause before an order without
 * an answer is asked for again; it doubles.
 */
export function createEventCancellationActivities(
  { tickets, orders }: Pick<LifecycleClients, "tickets" | "orders">,
  { pace, retryMs = 500 }: { pace: Pace; retryMs?: number },
) {
  /** One that gets no answer is left to the next pass: it keeps no other from its end. */
  async function endOrder(orderId: string, signal: AbortSignal): Promise<Outcome> {
    for (let tries = 1; ; tries++) {
      await pace.turn(signal);
      try {
        return (await asking(orders.endForEvent({ orderId }))).handled ? "handled" : "waiting";
      } catch (error) {
        const refusal = error instanceof ApplicationFailure && error.nonRetryable ? error.type : undefined;
        if (refusal === "ORDER_NOT_FOUND") return "unknown";
        if (refusal || tries === MAX_TRIES) {
          log.warn("an order of a cancelled event is asked for again later", {
            orderId,
            error: String(error),
          });
          return "unanswered";
        }
        await sleep(retryMs * 2 ** (tries - 1), undefined, { signal });
      }
    }
  }

  /** So many at once. Fails when nobody answers: then the whole page is tried again later. */
  async function endEach(orderIds: readonly string[], signal: AbortSignal): Promise<Record<Outcome, number>> {
    const counts = { handled: 0, waiting: 0, unanswered: 0, unknown: 0 };
    const left = orderIds.values();
    const isAway = () => counts.unanswered >= AT_ONCE && counts.handled + counts.waiting === 0;
    const take = async () => {
      for (const orderId of left) {
        if (isAway()) throw new Error("orders does not answer");
        counts[await endOrder(orderId, signal)]++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    return counts;
  }

  return {
    /** Whether nobody can lock a ticket of the event any more. */
    async areTicketsFrozen(eventId: string): Promise<boolean> {
      return (await asking(tickets.listOrdersOfEvent({ eventId, pageSize: 1 }))).frozen;
    },

    /** Asks for the end of each order of a page. Of a worker that stops another one goes on with the page. */
    async endOrders(eventId: string, pageToken: string): Promise<PageOutcome> {
      const context = Context.current();
      const { cancellationSignal: signal } = context;
      const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        const page = await asking(tickets.listOrdersOfEvent({ eventId, pageSize: PAGE_SIZE, pageToken }));
        const orderIds = page.orders.map(({ orderId }) => orderId);
        const { waiting, unanswered, unknown } = await endEach(orderIds, signal);
        return { nextPageToken: page.nextPageToken, waiting, unanswered, unknown };
      } catch (error) {
        // As cancelled it would end the workflow too.
        throw signal.aborted ? new Error("this worker stops, and another one goes on") : error;
      } finally {
        clearInterval(beating);
      }
    },
  };
}
