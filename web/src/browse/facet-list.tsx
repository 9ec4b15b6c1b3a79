import { type ReactNode, useId, useState } from "react";
import { Button } from "../design/button.tsx";
import styles from "./facets.module.css";
import { browseTexts as texts } from "./texts.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

/** One value of a filter, with how many events have it. */
export interface Facet {
  readonly key: string;
  readonly label: ReactNode;
  readonly count: string;
  readonly chosen: boolean;
  /** Filters by it, or no longer. */
  readonly onToggle: () => void;
}

/** So many values are shown at first. */
const FEW = 6;

/** The values of a filter, each a button with its count. */
export function FacetList({ title, facets }: { title: string; facets: readonly Facet[] }) {
  const id = useId();
  const [all, setAll] = useState(false);
  const group = useKeptFocus<HTMLElement>();
  if (facets.length === 0) return null;
  const shown = all ? facets : facets.filter(({ chosen }, index) => chosen || index < FEW);
  return (
    <section {...group} aria-labelledby={id} className={styles.group}>
      <h3 id={id}>{title}</h3>
      <ul className={styles.facets}>
        {shown.map(({ key, label, count, chosen, onToggle }) => (
          <li key={key}>
            <button type="button" className={styles.facet} aria-pressed={chosen} onClick={onToggle}>
              <span>{label}</span> <span className={styles.count}>{count}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length < facets.length && (
        <div>
          <Button look="quiet" onClick={() => setAll(true)}>
            {texts.moreFacets(facets.length - shown.length)}
          </Button>
        </div>
      )}
    </section>
  );
}
