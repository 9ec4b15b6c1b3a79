import { useEffect, useEffectEvent, useRef } from "react";
import { announce } from "./announcer.tsx";

/**
 * Tells screen readers when a value changes, since their users do not see the page change. `sentenceOf` gives what is
 * said, undefined for a change that needs no words. Nothing is said while the value is not known.
 */
export function useAnnouncedChange<T>(
  value: T | undefined,
  sentenceOf: (now: T, before: T) => string | undefined,
): void {
  const shown = useRef(value);
  const speak = useEffectEvent((now: T, before: T) => {
    const sentence = sentenceOf(now, before);
    if (sentence) announce(sentence);
  });
  useEffect(() => {
    const before = shown.current;
    shown.current = value;
    if (before !== undefined && value !== undefined && before !== value) speak(value, before);
  }, [value]);
}
