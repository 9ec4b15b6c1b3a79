import { type ReactNode, useEffect, useRef } from "react";
import { explain } from "../api/explain.ts";
import { designTexts } from "../texts/design.ts";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";
import styles from "./states.module.css";

/** Nothing is here; says why, and what one could do. */
export function EmptyState(props: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <span className={styles.mark} aria-hidden="true">
        ◌
      </span>
      <h2 className={styles.title}>{props.title}</h2>
      {props.text && <p className={styles.text}>{props.text}</p>}
      {props.children}
    </div>
  );
}

/** Something could not be read, in place of it. */
export function ErrorState(props: { error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const { title, text, canRetry, requestId } = explain(props.error);
  return (
    <div className={styles.state} role="alert">
      <span className={styles.mark} aria-hidden="true">
        !
      </span>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{text}</p>
      {requestId && <p className={styles.small}>{designTexts.requestId(requestId)}</p>}
      {canRetry && props.onRetry && (
        <Button look="secondary" onClick={props.onRetry}>
          {designTexts.retry}
        </Button>
      )}
      {props.children}
    </div>
  );
}

/** Something that was tried did not work; stands where it was tried, and takes the focus when it appears. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new error takes the focus
  useEffect(() => ref.current?.focus(), [error]);
  const { title, text, requestId } = explain(error);
  return (
    <div ref={ref} tabIndex={-1} role="alert" className={classNames(styles.notice, styles.noticeBad)}>
      <strong>{title}</strong>
      <p>{text}</p>
      {requestId && <p className={styles.small}>{designTexts.requestId(requestId)}</p>}
      {children}
    </div>
  );
}

/** A remark about what is on the screen. */
export function Notice(props: { tone: "good" | "warn"; title: string; children?: ReactNode }) {
  return (
    <div className={classNames(styles.notice, props.tone === "good" ? styles.noticeGood : styles.noticeWarn)}>
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}
