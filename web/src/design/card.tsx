import type { ReactNode } from "react";
import styles from "./card.module.css";
import { classNames } from "./class-names.ts";

/** A surface that holds one thing. */
export function Card({ children, className }: { children: ReactNode; className?: string | undefined }) {
  return <div className={classNames(styles.card, className)}>{children}</div>;
}

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

/** A word or two about a thing. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={classNames(styles.badge, styles[tone])}>{children}</span>;
}

/** The state of a thing; its tone says it too, never alone. */
export function StatusPill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={classNames(styles.badge, styles.dot, styles[tone])}>{children}</span>;
}
