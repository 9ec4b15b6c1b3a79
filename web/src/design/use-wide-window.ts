import { useSyncExternalStore } from "react";

/** From this width on a screen has a column at its side. The same number stands in the style sheets. */
const wide = matchMedia("(min-width: 72rem)");

function subscribe(onChange: () => void): () => void {
  wide.addEventListener("change", onChange);
  return () => wide.removeEventListener("change", onChange);
}

/** Whether the window has room for a column at the side. */
export const useWideWindow = (): boolean => useSyncExternalStore(subscribe, () => wide.matches);
