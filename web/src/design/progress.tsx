import { PageHeader } from "./page.tsx";
import styles from "./progress.module.css";

/** Something is under way that needs nobody's hand; stands in place of a page until it is done. */
export function Progress({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.progress}>
      <span className={styles.wheel} aria-hidden="true" />
      <PageHeader title={title} lead={text} />
    </div>
  );
}
