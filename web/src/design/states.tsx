import { type ReactNode, useEffect, useRef } from "react";
import { explain } from "../api/explain.ts";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { PageHeader } from "./page.tsx";
import styles from "./states.module.css";
import { designTexts } from "./texts.ts";

/** Nothing is here; says why, and what one could do. `page`: it stands in place of a whole page. */
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

/** Something could not be read, in place of it. `page`: that is a whole page. */
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

/** Something that was tried did not work; stands where it was tried, and takes the focus when it appears. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const { title, text, requestId } = explain(error);
  return (
    <Problem about={error} title={title} text={text}>
      {requestId && <p className={styles.small}>{designTexts.requestId(requestId)}</p>}
      {children}
    </Problem>
  );
}

/** The same for what no call of ours threw. Each new thing that it is `about` takes the focus. */
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
