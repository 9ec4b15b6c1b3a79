import { useEffect, useRef } from "react";

/**
 * Gives an element the focus when it appears, where `wanted`: it replaces what somebody has just used. `within`: the
 * first element in it that this selector finds, instead of itself.
 */
export function useFocusOnMount<E extends HTMLElement>(wanted: boolean, within?: string) {
  const ref = useRef<E>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it appears
  useEffect(() => {
    if (!wanted) return;
    const target = within ? ref.current?.querySelector<HTMLElement>(within) : ref.current;
    target?.focus();
  }, []);
  return ref;
}
