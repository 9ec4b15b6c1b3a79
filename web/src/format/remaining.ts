/** Below this the countdown is highlighted. */
export const URGENT_MS = 60_000;

/** "14:59", or "1:02:00" from an hour on. Rounded up, so that 0:00 means that nothing is left. */
export function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** When screen readers are told how much is left: ten, five, two and one minute, thirty and ten seconds. */
const THRESHOLDS_MS = [600_000, 300_000, 120_000, 60_000, 30_000, 10_000];

/** The threshold that was passed between two readings of the clock, if any; the smallest of several. */
export function thresholdPassed(beforeMs: number, nowMs: number): number | undefined {
  return THRESHOLDS_MS.findLast((threshold) => beforeMs > threshold && nowMs <= threshold && nowMs > 0);
}
