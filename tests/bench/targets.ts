import type { Figures } from "./row.ts";

/** What a figure is to be. */
export interface Target {
  readonly figure: string;
  readonly label: string;
  readonly unit: string;
  /** One of the two. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

export const targets: readonly Target[] = [
  { figure: "lock.cpu_ms", label: "a granted lock", unit: "CPU ms", atMost: 28 },
  { figure: "lock.temporal_worker_ms", label: "  of it Temporal and worker", unit: "CPU ms", atMost: 17 },
  { figure: "sale.cpu_ms", label: "StartPayment → COMPLETE", unit: "CPU ms", atMost: 70 },
  { figure: "cancel.cpu_ms", label: "CancelOrder → CANCELLED", unit: "CPU ms", atMost: 35 },
  { figure: "refusal.cpu_ms", label: "a refused lock", unit: "CPU ms", atMost: 1.8 },
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
  { figure: "queue.drained_per_s", label: "1,000 locks wait: workflows drained", unit: "/s", atLeast: 80 },
  {
    ...{ figure: "queue.payment_p99_ms", label: "1,000 locks wait: a payment's p99" },
    ...{ unit: "ms", atMost: 2_000 },
  },
  { figure: "publish.p99_ms", label: "write → event at half load, p99", unit: "ms", atMost: 50 },
];

/** Whether the figure is what it is to be; undefined where it was not measured. */
export function isMet(
  { figure, atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Target,
  figures: Figures,
): boolean | undefined {
  const value = figures[figure];
  return value === undefined ? undefined : value <= atMost && value >= atLeast;
}
