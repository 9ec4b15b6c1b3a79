import { useEffect } from "react";

/** Keeps the screen on while the component is shown. Browsers that cannot, or will not, let it go dark as ever. */
export function useWakeLock(): void {
  useEffect(() => {
    // Not in every browser, and in none without https.
    const locks = navigator.wakeLock as WakeLock | undefined;
    if (!locks) return;
    let isOver = false;
    let held: WakeLockSentinel | undefined;
    const hold = async () => {
      if (document.visibilityState !== "visible" || (held && !held.released)) return;
      // Refused while the battery is low, for example.
      held = await locks.request("screen").catch(() => undefined);
      if (isOver) await held?.release();
    };
    void hold();
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener("visibilitychange", hold);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", hold);
      void held?.release();
    };
  }, []);
}
