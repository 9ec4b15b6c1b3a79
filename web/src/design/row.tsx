import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import styles from "./row.module.css";

/** The class of a link in a row's heading that makes the whole row clickable. */
export const coverClass = styles.cover;

/** A list with one row for each item. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={styles.list}>{children}</ul>;
}

/** One item of a list; `level` is the level of its heading. Buttons go to `end`, inside `RowAction`. */
export function Row(props: {
  heading: ReactNode;
  level?: 2 | 3;
  /** The end is so short that it fits beside the heading on a phone too. */
  tight?: boolean;
  children?: ReactNode;
  end?: ReactNode;
}) {
  const Heading = props.level === 3 ? "h3" : "h2";
  return (
    <li className={classNames(styles.row, props.tight && styles.tight)}>
      <div className={styles.what}>
        <Heading className={styles.heading}>{props.heading}</Heading>
        {props.children}
      </div>
      {props.end && <div className={styles.end}>{props.end}</div>}
    </li>
  );
}

/** Lifts a button above the link that covers the row. */
export function RowAction({ children }: { children: ReactNode }) {
  return <div className={styles.action}>{children}</div>;
}
