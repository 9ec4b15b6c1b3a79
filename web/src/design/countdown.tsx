import { useEffect, useEffectEvent, useState } from "react";
import { serverClock } from "../api/server-clock.ts";
import { formatDuration } from "../format/duration.ts";
import { formatRemaining, thresholdPassed, URGENT_MS } from "../format/remaining.ts";
import { announce } from "./announcer.tsx";
import { classNames } from "./class-names.ts";
import styles from "./countdown.module.css";

/** Milliseconds until an instant by the server's clock, counted down; never below zero. */
export function useRemaining(until: Date, onEnd?: () => void): number {
  const target = until.getTime();
  const left = () => Math.max(0, target - serverClock.now());
  const [remaining, setRemaining] = useState(left);
  const ended = useEffectEvent(() => onEnd?.());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      const now = Math.max(0, target - serverClock.now());
      setRemaining(now);
      if (now === 0) return ended();
      // At the next whole second of what is shown.
      timer = setTimeout(tick, now % 1000 || 1000);
    };
    // Browsers slow down timers of hidden pages: count again when the page is shown.
    const look = () => {
      clearTimeout(timer);
      tick();
    };
    tick();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [target]);
  return remaining;
}

/**
 * The time that is left, by the server's clock. Screen readers announce it at thresholds only: a number that changes
 * every second would keep them from announcing anything else.
 */
export function Countdown(props: {
  until: Date;
  /** Announces what is left at thresholds, beginning with this; silent without it. */
  announceAs?: (remaining: string) => string;
  onEnd?: () => void;
  className?: string | undefined;
}) {
  const remaining = useRemaining(props.until, props.onEnd);
  const [before, setBefore] = useState(remaining);
  const speak = useEffectEvent((passed: number) => {
    if (props.announceAs) announce(props.announceAs(formatDuration(passed)));
  });
  useEffect(() => {
    const passed = thresholdPassed(before, remaining);
    if (passed !== undefined) speak(passed);
    setBefore(remaining);
  }, [before, remaining]);
  return (
    <span
      role="timer"
      aria-live="off"
      className={classNames(styles.countdown, remaining <= URGENT_MS && styles.urgent, props.className)}
    >
      {formatRemaining(remaining)}
    </span>
  );
}
