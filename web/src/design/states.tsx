import { type ReactNode, useEffect, useRef } from "react";
import { explain } from "../api/explain.ts";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { PageHeader } from "./page.tsx";
import styles from "./states.module.css";
import { designTexts } from "./texts.ts";

/** Shown where there is nothing: says why, and what people can do. `page`: it replaces a whole page. */
export function EmptyState(props: { title: string; text?: string; page?: boolean; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <span className={styles.mark} aria-hidden="true">
        ◌
      </span>
      <StateTitle title={props.title} page={props.page} />
      {props.text && <p className={styles.text}>{props.text}</p>}
      {props.children}
    </div>
  );
}

/** Replaces what could not be read. `page`: that is a whole page. */
export function ErrorState(props: {
  error: unknown;
  onRetry?: () => void;
  page?: boolean;
  children?: ReactNode;
}) {
  const { title, text, canRetry, requestId } = explain(props.error);
  return (
    <div className={styles.state} role="alert">
      <span className={styles.mark} aria-hidden="true">
        !
      </span>
      <StateTitle title={title} page={props.page} />
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

function StateTitle({ title, page }: { title: string; page: boolean | undefined }) {
  if (page) return <PageHeader title={title} />;
  return <h2 className={styles.title}>{title}</h2>;
}

/** Says why an action failed, beside the action. Takes the focus when it appears. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const { title, text, requestId } = explain(error);
  return (
    <Problem about={error} title={title} text={text}>
      {requestId && <p className={styles.small}>{designTexts.requestId(requestId)}</p>}
      {children}
    </Problem>
  );
}

/** The same for a problem that no call of ours threw. Takes the focus whenever `about` changes. */
export function Problem(props: { about: unknown; title: string; text: string; children?: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new problem takes the focus
  useEffect(() => ref.current?.focus(), [props.about]);
  return (
    <div ref={ref} tabIndex={-1} role="alert" className={classNames(styles.notice, styles.noticeBad)}>
      <strong>{props.title}</strong>
      <p>{props.text}</p>
      {props.children}
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
