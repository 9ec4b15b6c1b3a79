import { PageHeader } from "./page.tsx";
import styles from "./progress.module.css";

/** Replaces a page while something is under way that needs no input. */
export function Progress({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.progress}>
      <span className={styles.wheel} aria-hidden="true" />
      <PageHeader title={title} lead={text} />
    </div>
  );
}
