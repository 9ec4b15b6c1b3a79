import { type FocusEvent, useLayoutEffect, useRef } from "react";

/**
 * Keeps the focus in a group of buttons of which some go by themselves, as when an answer comes: it moves to the one that
 * is in the place of the one that went, or to the last. Gives what the group's element needs.
 */
export function useKeptFocus<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  /** Which button has the focus, counted from 0. */
  const place = useRef<number>(undefined);
  const buttons = () => [...(ref.current?.querySelectorAll("button") ?? [])];
  useLayoutEffect(() => {
    if (place.current === undefined || ref.current?.contains(document.activeElement)) return;
    const left = buttons();
    (left[place.current] ?? left.at(-1))?.focus();
  });
  return {
    ref,
    onFocus: ({ target }: FocusEvent) => {
      place.current = buttons().indexOf(target as HTMLButtonElement);
    },
    onBlur: () => {
      place.current = undefined;
    },
  };
}
