import type { GetOverviewResponse } from "@ticketing/proto/operations/v1/operations_service";
import { orderStatusNames } from "../orders/texts.ts";
import styles from "./operations.module.css";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

const number = new Intl.NumberFormat();

/** Orders are counted up to this number, which means "this many or more". */
const COUNTED_TO = 100_000n;

/** The figures that operators check first. One that should be zero and is not is highlighted. */
export function Numbers({ overview }: { overview: GetOverviewResponse }) {
  const { lag, deadLetters, drift, disputes, orders, replicas } = overview;
  const serving = replicas.filter((replica) => replica.serving).length;
  const behind = lag.reduce((sum, { pending }) => sum + pending, 0n);
  return (
    <Section title={texts.numbers}>
      <dl className={styles.numbers}>
        <Figure
          label={texts.processesServing}
          value={texts.ofAll(serving, replicas.length)}
          bad={serving < replicas.length}
        />
        <Figure label={texts.behind} value={number.format(behind)} />
        <Figure label={texts.deadLettersCount} value={number.format(deadLetters)} bad={deadLetters > 0n} />
        <Figure label={texts.drift} value={number.format(drift)} bad={drift > 0n} />
        <Figure label={texts.disputes} value={number.format(disputes)} bad={disputes > 0n} />
        {orders.map(({ status, count }) => (
          <Figure
            key={status}
            label={texts.ordersIn(orderStatusNames[status])}
            value={count < COUNTED_TO ? number.format(count) : texts.orMore(number.format(count))}
          />
        ))}
      </dl>
    </Section>
  );
}

/** A number with its name, in a list of `styles.numbers`. */
export function Figure({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) {
  return (
    <div className={styles.figure} data-bad={bad}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
