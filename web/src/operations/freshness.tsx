import { useEffect, useState } from "react";
import styles from "./operations.module.css";
import { operationsTexts as texts } from "./texts.ts";

/** Says how old the figures are, and when they cannot be read again. */
export function Freshness({ readAt, failing }: { readAt: number; failing: boolean }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - readAt) / 1000));
  return (
    <p className={failing ? styles.stale : styles.soft}>
      {seconds === 0 ? texts.ageNow : texts.age(seconds)}
      {failing && ` ${texts.stale}`}
    </p>
  );
}
