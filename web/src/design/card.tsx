import type { ReactNode } from "react";
import styles from "./card.module.css";
import { classNames } from "./class-names.ts";

/** A surface that groups what belongs together. */
export function Card({ children, className }: { children: ReactNode; className?: string | undefined }) {
  return <div className={classNames(styles.card, className)}>{children}</div>;
}

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

/** A word or two in a pill. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={classNames(styles.badge, styles[tone])}>{children}</span>;
}

/** A status as a pill. The color repeats what the text says and never replaces it. */
export function StatusPill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={classNames(styles.badge, styles.dot, styles[tone])}>{children}</span>;
}
