import type { SectionSummary } from "@ticketing/proto/catalog/v1/catalog_service";
import { useId, useState } from "react";
import { Button } from "../design/button.tsx";
import { Money } from "../design/money.tsx";
import styles from "./event.module.css";
import { browseTexts as texts } from "./texts.ts";

/** So many sections leave the tickets on the screen. */
const FEW = 6;

/** The sections in which tickets are free, with how many, and from which price. `more`: there are others. */
export function SectionList({ sections, more }: { sections: readonly SectionSummary[]; more: boolean }) {
  const id = useId();
  const [all, setAll] = useState(false);
  if (sections.length === 0) return null;
  const shown = all ? sections : sections.slice(0, FEW);
  return (
    <section aria-labelledby={id} className={styles.panel}>
      <h2 id={id}>{texts.sections}</h2>
      <ul className={styles.sections}>
        {shown.map(({ section, availableCount, cheapestPrices }) => (
          <li key={section}>
            <bdi>{section || texts.noSection}</bdi>
            <span className={styles.soft}>{texts.available(availableCount)}</span>
            <span className={styles.from}>
              {cheapestPrices.length > 0 && <span className={styles.soft}>{texts.startingAt} </span>}
              {cheapestPrices.map((price) => (
                <Money key={price.currency} amount={price} className={styles.price} />
              ))}
            </span>
          </li>
        ))}
      </ul>
      {shown.length < sections.length && (
        <div>
          <Button look="secondary" onClick={() => setAll(true)}>
            {texts.allSections(sections.length)}
          </Button>
        </div>
      )}
      {more && shown.length === sections.length && <p className={styles.soft}>{texts.moreSections}</p>}
    </section>
  );
}
