import { classNames } from "./class-names.ts";
import styles from "./skeleton.module.css";
import { designTexts } from "./texts.ts";

/** A placeholder in the shape of what is being loaded. */
export function Skeleton({ shape = "line", width }: { shape?: "line" | "block"; width?: string }) {
  return <span className={classNames(styles.skeleton, styles[shape])} style={{ width }} aria-hidden="true" />;
}

/** Several placeholders, and a text for screen readers. */
export function SkeletonList({ count = 4 }: { count?: number }) {
  return (
    <div className={styles.stack} role="status">
      <span className="visually-hidden">{designTexts.loading}</span>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={index} shape="block" />
      ))}
    </div>
  );
}
