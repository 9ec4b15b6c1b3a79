const RELOADED = "reloaded-for-new-version";

/** Reloads a page that asks for chunks of a release that is gone, once a minute at most. */
export function reloadOnceForNewVersion(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(RELOADED));
    if (!navigator.onLine || Date.now() - last < 60_000) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED, `${Date.now()}`);
    location.reload();
  });
}
