/** How long a process that was told to end goes on with what it was asked, in milliseconds. Pods are given more. */
export const DRAIN_MS = 10_000;
