import { type Answer, apply, type Operation, type State, shows } from "./model.ts";

/** A call as its client saw it. Times are of one clock, in any unit. */
export interface Call {
  operation: Operation;
  began: number;
  /** Infinity when no answer came: it may have happened at any time since, or not at all. */
  ended: number;
  /** Undefined when no answer came. */
  answer?: Answer;
}

/**
 * Whether an answer promises that nothing happened, whatever the tickets' state. An order id that is sent for several
 * tickets may be refused as reused also beside a call for it that comes to nothing.
 */
function nothingHappened({ operation, answer }: Call, calls: readonly Call[]): boolean {
  if (answer?.reason === "CONTENTION") return true;
  if (answer?.reason !== "REQUEST_ID_REUSED" || operation.kind !== "lock") return false;
  return calls.some(
    ({ operation: other }) =>
      other.kind === "lock" && other.orderId === operation.orderId && other.ticket !== operation.ticket,
  );
}

/**
 * Whether there is an order of the calls, each at some instant between its beginning and its end, in which sequential
 * tickets give every answer that was given: linearizability, by the search of Wing and Gong with the
 * memory of Lowe (Testing for linearizability, 2017).
 */
export function isLinearizable(start: State, calls: readonly Call[]): boolean {
  const relevant = calls.filter((call) => !nothingHappened(call, calls));
  const seen = new Set<string>();

  function search(state: State, done: ReadonlySet<number>): boolean {
    const open = relevant.flatMap((call, index) => (done.has(index) ? [] : [{ call, index }]));
    // Calls without an answer need not have happened.
    if (open.every(({ call }) => call.answer === undefined)) return true;
    const key = `${[...done].sort((a, b) => a - b)}|${JSON.stringify(state)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // Only what began before every open call ended can have been next.
    const horizon = Math.min(...open.map(({ call }) => call.ended));
    for (const { call, index } of open) {
      if (call.began > horizon) continue;
      const { state: after, reason } = apply(state, call.operation);
      const { ticket } = call.operation;
      const fits = !call.answer || (call.answer.reason === reason && shows(after, ticket, call.answer));
      if (fits && search(after, new Set([...done, index]))) return true;
    }
    return false;
  }
  return search(start, new Set());
}
