import { type ReactNode, useId } from "react";
import styles from "./operations.module.css";

/** A part of the operators' page, named by its heading. */
export function Section({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles.section}>
      <h2 id={id}>{title}</h2>
      {lead}
      {children}
    </section>
  );
}
