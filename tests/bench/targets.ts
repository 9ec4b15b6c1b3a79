import type { Figures } from "./row.ts";

/** What a figure is to be. */
export interface Target {
  readonly figure: string;
  readonly label: string;
  readonly unit: string;
  /** One of the two. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** How often the step needs what an engine does, at the least: by figures of the row `floors`. */
  readonly floor?: Figures;
}

export const targets: readonly Target[] = [
  {
    ...{ figure: "lock.cpu_ms", label: "a granted lock", unit: "CPU ms", atMost: 28 },
    // Ticket, buyer's locks and order; two events; CreateOrder and LockTicket.
    floor: { "floor.workflow_start": 1, "floor.read_replace": 3, "floor.publish": 2, "floor.grpc": 2 },
  },
  {
    ...{
      figure: "lock.temporal_worker_ms",
      label: "  of it Temporal and worker",
      unit: "CPU ms",
      atMost: 17,
    },
    floor: { "floor.workflow_start": 1 },
  },
  {
    ...{ figure: "sale.cpu_ms", label: "StartPayment → COMPLETE", unit: "CPU ms", atMost: 70 },
    // The payment three times, ticket and order once; an event each; StartPayment, sell, capture, complete.
    floor: { "floor.workflow_end": 1, "floor.read_replace": 5, "floor.publish": 5, "floor.grpc": 4 },
  },
  {
    ...{ figure: "cancel.cpu_ms", label: "CancelOrder → CANCELLED", unit: "CPU ms", atMost: 35 },
    // The order twice, ticket and buyer's locks once; three events; CancelOrder, unlock, release, cancel.
    floor: { "floor.workflow_end": 1, "floor.read_replace": 4, "floor.publish": 3, "floor.grpc": 4 },
  },
  { figure: "after_sale.cpu_ms", label: "all that follows COMPLETE", unit: "CPU ms", atMost: 40 },
  {
    ...{ figure: "refusal.cpu_ms", label: "a refused lock", unit: "CPU ms", atMost: 1.8 },
    floor: { "floor.read": 1, "floor.grpc": 2 },
  },
  {
    figure: "rush.refusals_per_grant",
    label: "200 buyers, one ticket: refusals/grants",
    unit: "×",
    atLeast: 5,
  },
  { figure: "unary.grpc", label: "unary, gRPC / grpc-js", unit: "×", atMost: 1.15 },
  { figure: "unary.grpc_web", label: "unary, gRPC-Web / grpc-js", unit: "×", atMost: 1.15 },
  { figure: "sold.writes", label: "a sold ticket: database writes", unit: "", atMost: 15 },
  { figure: "sold.reads", label: "a sold ticket: database reads", unit: "", atMost: 18 },
  { figure: "sold.stripe_calls", label: "a sold ticket: calls of Stripe", unit: "", atMost: 4 },
  { figure: "sold.history_events", label: "a sold ticket: events of its history", unit: "", atMost: 15 },
  {
    ...{ figure: "watch.tickets.many_to_few", label: "a change, 10,000 watchers / 50" },
    ...{ unit: "×", atMost: 1.25 },
  },
  { figure: "queue.drained_per_s", label: "1,000 locks wait: workflows drained", unit: "/s", atLeast: 80 },
  {
    ...{ figure: "queue.payment_p99_ms", label: "1,000 locks wait: a payment's p99" },
    ...{ unit: "ms", atMost: 2_000 },
  },
  { figure: "publish.p99_ms", label: "write → event at half load, p99", unit: "ms", atMost: 50 },
  { figure: "visible.p99_ms", label: "write → found by search, p99", unit: "ms", atMost: 100 },
  {
    figure: "search.start_page.1k6.cpu_ms",
    label: "start page, 1,600 listings",
    unit: "CPU ms",
    atMost: 1.5,
  },
  { figure: "search.start_page.100k.cpu_ms", label: "  100,000", unit: "CPU ms", atMost: 1.5 },
  { figure: "search.start_page.1m.cpu_ms", label: "  1,000,000", unit: "CPU ms", atMost: 1.8 },
  { figure: "search.start_page.1m.per_s", label: "  calls through the gateway", unit: "/s", atLeast: 900 },
  {
    figure: "search.word_rare.1k6.cpu_ms",
    label: "a rare word, 1,600 listings",
    unit: "CPU ms",
    atMost: 1.8,
  },
  { figure: "search.word_rare.100k.cpu_ms", label: "  100,000", unit: "CPU ms", atMost: 2 },
  { figure: "search.word_rare.1m.cpu_ms", label: "  1,000,000", unit: "CPU ms", atMost: 3 },
  { figure: "search.word_hundredth.1m.cpu_ms", label: "a word of 1 % of them", unit: "CPU ms", atMost: 3 },
  { figure: "search.word_commonest.1m.cpu_ms", label: "the commonest word", unit: "CPU ms", atMost: 8 },
  { figure: "question.blocked_ms", label: "  the process blocked by any question", unit: "ms", atMost: 10 },
  { figure: "replay.events_per_s", label: "a replica's replay, events", unit: "/s", atLeast: 15_000 },
  {
    ...{ figure: "replay.behind_blocked_ms", label: "  blocked while it serves and is behind" },
    ...{ unit: "ms", atMost: 10 },
  },
  {
    ...{ figure: "replay.snapshot_1m_s", label: "a new replica of 1,000,000 listings ready" },
    ...{ unit: "s", atMost: 20 },
  },
];

/** What sums of floating-point numbers are off by at most. */
const ROUNDING = 1e-9;

/** Whether the figure is what it is to be; undefined where it was not measured. */
export function isMet(
  { figure, atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Target,
  figures: Figures,
): boolean | undefined {
  const value = figures[figure];
  return value === undefined ? undefined : value <= atMost + ROUNDING && value >= atLeast - ROUNDING;
}

/** What the engines alone ask for the step, in CPU milliseconds; undefined where one of them was not measured. */
export function floorOf({ floor }: Target, figures: Figures): number | undefined {
  if (!floor) return undefined;
  let sum = 0;
  for (const [figure, times] of Object.entries(floor)) {
    const value = figures[figure];
    if (value === undefined) return undefined;
    sum += times * value;
  }
  return sum;
}
