import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import styles from "./row.module.css";

/** The class of a link in a row's heading that makes the whole row lead there. */
export const coverClass = styles.cover;

/** A list of things, one to a row. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={styles.list}>{children}</ul>;
}

/** One thing of a list; its heading is of the level that fits where the list stands. What can be done about it at once goes to `end`, inside `RowAction`. */
export function Row(props: {
  heading: ReactNode;
  level?: 2 | 3;
  /** The end is a word or two, which fits beside the heading on a phone too. */
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

/** Lies above the link that covers the row. */
export function RowAction({ children }: { children: ReactNode }) {
  return <div className={styles.action}>{children}</div>;
}
