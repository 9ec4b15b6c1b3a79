import type { PriceHistogram } from "@ticketing/proto/catalog/v1/catalog_service";
import { type CSSProperties, useId } from "react";
import { formatMoney } from "../format/format-money.ts";
import styles from "./event.module.css";
import { browseTexts as texts } from "./texts.ts";

/** Prices of one currency, in minor units; both ends included. */
export interface PriceBand {
  readonly currency: string;
  readonly min: bigint;
  readonly max: bigint;
}

/** The highest price that a filter takes. */
const MOST = 10_000_000n;

/** How many tickets there are at which prices. A bar shows the tickets at its prices alone, or all of them again. */
export function PriceHistograms(props: {
  histograms: readonly PriceHistogram[];
  chosen: PriceBand | undefined;
  onChoose: (band: PriceBand | undefined) => void;
}) {
  const id = useId();
  if (props.histograms.length === 0) return null;
  return (
    <section aria-labelledby={id} className={styles.panel}>
      <h2 id={id}>{texts.prices}</h2>
      {props.histograms.map((histogram) => (
        <Histogram {...props} key={histogram.currency} histogram={histogram} />
      ))}
    </section>
  );
}

function Histogram(props: {
  histogram: PriceHistogram;
  chosen: PriceBand | undefined;
  onChoose: (band: PriceBand | undefined) => void;
}) {
  const { chosen, onChoose } = props;
  const { currency, bands } = props.histogram;
  const most = Math.max(1, ...bands.map(({ availableCount }) => availableCount));
  const money = (minorUnits: bigint) => formatMoney({ minorUnits, currency });
  const [first, last] = [bands[0], bands.at(-1)];
  if (!first || !last) return null;
  return (
    <div>
      <ul className={styles.bars}>
        {bands.map(({ fromPrice, belowPrice, availableCount }) => {
          const pressed = chosen?.currency === currency && chosen.min === fromPrice;
          const max = belowPrice - 1n < MOST ? belowPrice - 1n : MOST;
          return (
            <li key={String(fromPrice)}>
              <button
                type="button"
                className={styles.bar}
                style={{ "--share": availableCount / most } as CSSProperties}
                aria-pressed={pressed}
                aria-label={texts.band(money(fromPrice), money(max), availableCount)}
                title={texts.band(money(fromPrice), money(max), availableCount)}
                disabled={availableCount === 0}
                onClick={() => onChoose(pressed ? undefined : { currency, min: fromPrice, max })}
              />
            </li>
          );
        })}
      </ul>
      <p className={styles.scale} aria-hidden="true">
        <span>{money(first.fromPrice)}</span>
        <span>{money(last.belowPrice)}</span>
      </p>
    </div>
  );
}
