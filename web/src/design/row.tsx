import type { ReactNode } from "react";
import styles from "./row.module.css";

/** The class of a link in a row's heading that makes the whole row lead there. */
export const coverClass = styles.cover;

/** A list of things, one to a row. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={styles.list}>{children}</ul>;
}

/** One thing of a list. What can be done about it at once goes to `end`, inside `RowAction`. */
export function Row(props: { heading: ReactNode; children?: ReactNode; end?: ReactNode }) {
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <h2>{props.heading}</h2>
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
