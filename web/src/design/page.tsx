import { type ReactNode, useEffect, useEffectEvent, useRef } from "react";
import { Button } from "./button.tsx";
import styles from "./page.module.css";
import { designTexts } from "./texts.ts";

/** The title of a page, in the document too. Takes the focus after a navigation (see the shell). */
export function PageHeader(props: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} – Ticketing`;
  }, [props.title]);
  return (
    <header className={styles.header}>
      <div>
        <h1 className={styles.title} tabIndex={-1}>
          {props.title}
        </h1>
        {props.lead && <p className={styles.lead}>{props.lead}</p>}
      </div>
      {props.actions}
    </header>
  );
}

/**
 * The end of a list that has more: loads it when it is scrolled into view, and by a button for those who do not scroll.
 * Renders nothing once everything is there.
 */
export function MoreOfList(props: { hasMore: boolean; loading: boolean; onMore: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const { hasMore, loading } = props;
  const more = useEffectEvent(() => props.onMore());
  useEffect(() => {
    if (!hasMore || loading || !ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) more();
      },
      { rootMargin: "600px" },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [hasMore, loading]);
  if (!hasMore) return null;
  return (
    <div className={styles.more} ref={ref}>
      <Button look="secondary" pending={loading} onClick={props.onMore}>
        {loading ? designTexts.loadingMore : designTexts.more}
      </Button>
    </div>
  );
}
